{{/* The manifests of deploy/ are in files/ (`npm run chart`). What values say is put into them, so the chart has no second truth. */}}

{{- define "imagegate.image" -}}
{{- with .Values.image -}}
{{ .repository }}
{{- if or .tag (not .digest) }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- if .digest }}@{{ .digest }}{{ end }}
{{- end }}
{{- end }}

{{/* What holds for each pod of the image: dict "root" "pod". Changes the pod. */}}
{{- define "imagegate.setPod" -}}
{{- $_ := set (first .pod.containers) "image" (include "imagegate.image" .root) }}
{{- $_ := unset .pod "priorityClassName" }}
{{- with .root.Values.priorityClassName }}{{ $_ := set $.pod "priorityClassName" . }}{{ end }}
{{- with .root.Values.imagePullSecrets }}{{ $_ := set $.pod "imagePullSecrets" . }}{{ end }}
{{- end }}

{{/* Where the gate finds its certificate: dict "root" "pod". Changes the pod. */}}
{{- define "imagegate.setCertificates" -}}
{{- $certificates := .root.Values.certificates }}
{{- $volume := last .pod.volumes }}
{{- if eq $certificates.mode "given" }}
{{- $_ := set $volume.secret "secretName" $certificates.secretName }}
{{- else if eq $certificates.mode "cert-manager" }}
{{- $patches := (fromYaml (.root.Files.Get "files/cert-manager/kustomization.yaml")).patches }}
{{- $projected := (last (fromYamlArray (first $patches).patch)).value.projected }}
{{- if $certificates.policyToken }}
{{- $_ := set (last $projected.sources).secret "name" "imagegate-webhook-policy-token" }}
{{- else }}
{{- $_ := set $projected "sources" (list (first $projected.sources)) }}
{{- end }}
{{- $_ := unset $volume "secret" }}
{{- $_ := set $volume "projected" $projected }}
{{- end }}
{{- end }}

{{/* The names of the profiles, with a blank between them. */}}
{{- define "imagegate.profiles" -}}
{{- concat (keys (.Values.policy.profiles | default dict) | sortAlpha) .Values.profiles | uniq | join " " }}
{{- end }}

{{/* The webhook that rewrites, as it is shipped. */}}
{{- define "imagegate.shippedMutatingWebhook" -}}
{{- toYaml (fromYaml (.Files.Get "files/mutating-webhook.yaml")) }}
{{- end }}

{{/* The annotations of a webhook, with those that are given: dict "root" "annotations". */}}
{{- define "imagegate.webhookAnnotations" -}}
{{- $annotations := .annotations | default dict }}
{{- if eq .root.Values.certificates.mode "cert-manager" }}
{{- $annotations = merge $annotations (dict "cert-manager.io/inject-ca-from" "imagegate/imagegate-webhook") }}
{{- end }}
{{- with $annotations }}
  annotations: {{- toYaml . | nindent 4 }}
{{- end }}
{{- end }}

{{/* The webhook as it is shipped, but for its failure policies. */}}
{{- define "imagegate.shippedWebhook" -}}
{{- $webhook := fromYaml (.Files.Get "files/webhook.yaml") }}
{{- range $webhook.webhooks }}
{{- $what := trimSuffix "com.imagegate.webhook" .name | trimSuffix "." | default "pods" }}
{{- $_ := set . "failurePolicy" (index $.Values.webhook.failurePolicy $what) }}
{{- end }}
{{- toYaml $webhook }}
{{- end }}

{{/* One entry of the webhook: dict "entry" "profile" "expressions". */}}
{{- define "imagegate.entry" -}}
{{- $entry := deepCopy .entry }}
{{- with .profile }}
{{- $_ := set $entry "name" (printf "%s.%s" . $entry.name) }}
{{- $_ := set $entry.clientConfig.service "path" (printf "%s/%s" $entry.clientConfig.service.path .) }}
{{- end }}
{{- $selector := $entry.namespaceSelector }}
{{- with .expressions }}{{ $_ := set $selector "matchExpressions" (concat . $selector.matchExpressions) }}{{ end }}
{{- toYaml (list $entry) }}
{{- end }}

{{/* One entry of the webhook for each profile, as certificates.sh --profile makes them: dict "entry" "profiles". */}}
{{- define "imagegate.entriesOfProfiles" -}}
{{- $key := "imagegate/profile" }}
{{- $profiles := .profiles }}
{{- $none := list (dict "key" $key "operator" "DoesNotExist") }}
{{- $other := list (dict "key" $key "operator" "Exists") (dict "key" $key "operator" "NotIn" "values" $profiles) }}
{{- include "imagegate.entry" (dict "entry" .entry "expressions" $none) }}
{{- range $profiles }}
{{ include "imagegate.entry" (dict "entry" $.entry "profile" . "expressions" (list (dict "key" $key "operator" "In" "values" (list .)))) }}
{{- end }}
{{ include "imagegate.entry" (dict "entry" .entry "profile" "unknown" "expressions" $other) }}
{{- end }}

{{/* The CA that the API server is to trust, in base64. cert-manager's injector writes its own; until it has, what is known. */}}
{{- define "imagegate.caBundle" -}}
{{- if eq .Values.certificates.mode "given" -}}
{{ required "certificates.caBundle: expected the CA of the gate's certificate in PEM, for webhook.closed, found nothing. Add --set-file certificates.caBundle=FILE." .Values.certificates.caBundle | b64enc }}
{{- else -}}
{{ dig "data" "ca.crt" "" (lookup "v1" "Secret" .Release.Namespace "imagegate-webhook-tls") }}
{{- end }}
{{- end }}

{{/* The entries of a webhook, in modes in which no Job writes them: dict "root" "shipped". */}}
{{- define "imagegate.webhooks" -}}
{{- $shipped := .shipped }}
{{- with .root }}
{{- $token := trim .Values.certificates.policyToken }}
{{- $caBundle := include "imagegate.caBundle" . }}
{{- $profiles := include "imagegate.profiles" . | splitList " " | compact }}
{{- range $entry := (fromYaml $shipped).webhooks }}
{{- $client := $entry.clientConfig }}
{{- $_ := unset $client "caBundle" }}
{{- with $caBundle }}{{ $_ := set $client "caBundle" . }}{{ end }}
{{- if hasPrefix "/validate-policy/" $client.service.path }}
{{- $_ := set $client.service "path" (printf "/validate-policy/%s" $token) }}
{{- if $token }}
{{ include "imagegate.entry" (dict "entry" $entry) }}
{{- end }}
{{- else if $profiles }}
{{ include "imagegate.entriesOfProfiles" (dict "entry" $entry "profiles" $profiles) }}
{{- else }}
{{ include "imagegate.entry" (dict "entry" $entry) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
