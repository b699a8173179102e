#!/usr/bin/env bash
# Makes the gate's TLS certificate and its policy token, and the three manifests that carry them: see --help.
#
# macOS has bash 3.2 and LibreSSL, so this does without arrays, `-addext`, `-ext`, and arithmetic on dates.
set -euo pipefail
umask 077 # keys, and the Secret that holds one: for their owner alone

readonly SERVICE=imagegate-webhook
readonly NAMESPACE=imagegate
readonly SECRET=imagegate-webhook-certificates
readonly TOKEN_FORM='^[0123456789abcdef]{64}$' # no range: in some locales a-f has capitals in it
readonly LETTERS=abcdefghijklmnopqrstuvwxyz0123456789
readonly PROFILE_FORM="^[$LETTERS]([-$LETTERS]{0,61}[$LETTERS])?\$"
# Each brings two entries of up to 4 KB, and kubectl keeps the whole object in an annotation, of at most 256 KiB.
readonly MAX_PROFILES=16

# The folder of this file, wherever it was called from. CDPATH would make `cd` print, and perhaps go elsewhere.
here=$(unset CDPATH && cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly here
# Everything is made in here first. `mkdir` is atomic, so this is the lock against a second run as well.
readonly stage=$here/.certificates.new

ca_days=3650
server_days=365
ca_days_given=no
server_days_given=no
new_ca=no
drop_old_ca=no
profiles=''         # to be added, and after take_profiles all that there are, each with a blank before it
dropped_profiles='' # likewise
webhook_changes=no # whether a webhook is another than the one that was there

usage() {
  cat <<'HELP'
Usage: ./certificates.sh [--new-ca | --drop-old-ca] [--ca-days DAYS] [--server-days DAYS]
                         [--profile NAME]... [--drop-profile NAME]...

Makes a certificate authority (CA) and a server certificate for the Service imagegate-webhook (ECDSA P-256), and
writes into the folder of this script, all of it git-ignored:

  ca.key, ca.crt          the CA. Whoever has ca.key can stand in for the gate: keep it safe, never commit it
  ca-old.crt              after --new-ca: the CAs that are still trusted besides ca.crt
  server.key, server.crt  what the gate serves with
  policy-token            the end of the path at which the gate judges its own ConfigMaps. Whoever has it can keep
                          that judge busy: never commit it, nor the next two files, which have it too
  secret.yaml             pair, CA and token as the Secret imagegate-webhook-certificates
  webhook-with-ca.yaml    webhook.yaml with the CA's certificate as its caBundle, and the token in its third path
  mutating-webhook-with-ca.yaml
                          mutating-webhook.yaml with the same caBundle, for a policy with action: rewrite

Run again, it keeps the CA, the token and the profiles of webhook-with-ca.yaml, and makes a new server certificate. If
it fails, the files are as they were.

  --new-ca            make a new CA too. The caBundle then holds the old one and the new one
  --drop-old-ca       take the old CA out of the caBundle again, and make nothing: the last step after --new-ca
  --ca-days DAYS      validity of a new CA (default 3650: ten years)
  --server-days DAYS  validity of the server certificate (default 365: one year)
  --profile NAME      have namespaces with the label imagegate/profile=NAME judged by that profile of the policy. May be
                      given more than once; at most 16 in all
  --drop-profile NAME take a profile out again
  --help              print this

To install, once kustomization.yaml says where your image is: the webhook comes last, since until the gate answers it
refuses every pod of the cluster.
  ./certificates.sh
  kubectl apply -f namespace.yaml -f secret.yaml -f policy
  kubectl apply -k .
  kubectl -n imagegate rollout status deployment/imagegate-webhook
  kubectl apply -f webhook-with-ca.yaml

If the policy rewrites images (action: rewrite), the cluster needs mutating-webhook-with-ca.yaml too: first in that last
line, and in each line below that applies webhook-with-ca.yaml. In a cluster that is closed already it comes before the
policy that rewrites; else pods are denied for what nobody has rewritten.
  kubectl apply -f mutating-webhook-with-ca.yaml -f webhook-with-ca.yaml

To renew the server certificate, before it expires: the API servers trust the CA already, and the gate takes the new
certificate over without a restart, once the kubelet has brought it to the pods (a minute or two).
  ./certificates.sh
  kubectl apply -f secret.yaml

To change the CA without a gap: the API servers must trust the new CA before the first pod serves with it, and the
old one until the last pod has stopped serving with that. So the webhook with both comes first, the Secret second,
and the old CA goes last. The restart is there for its end: after it, no pod serves with the old certificate.
  ./certificates.sh --new-ca
  kubectl apply -f webhook-with-ca.yaml
  kubectl apply -f secret.yaml
  kubectl -n imagegate rollout restart deployment/imagegate-webhook
  kubectl -n imagegate rollout status deployment/imagegate-webhook
  ./certificates.sh --drop-old-ca
  kubectl apply -f webhook-with-ca.yaml

To take a change of webhook.yaml over: the server certificate is made anew, too, so there are two files to apply.
  ./certificates.sh
  kubectl apply -f secret.yaml
  kubectl apply -f webhook-with-ca.yaml

To add profiles, once the policy has them. To take one out, --drop-profile, and change the policy after that. The entries
of all profiles are in one object, so there is no moment at which a namespace has none.
  ./certificates.sh --profile prod --profile lab
  kubectl apply -f secret.yaml
  kubectl apply -f webhook-with-ca.yaml

To change the policy token, if it may have become known: remove it, and apply both files that have the new one. Until
the kubelet has brought it to the pods (a minute or two), a bad policy is not refused where it is written.
  rm policy-token
  ./certificates.sh
  kubectl apply -f secret.yaml
  kubectl apply -f webhook-with-ca.yaml

The CA's files are lost, but the gate runs: take the certificate from the cluster, then change the CA as above.
  kubectl get validatingwebhookconfiguration com.imagegate.webhook \
    -o jsonpath='{.webhooks[0].clientConfig.caBundle}' | openssl base64 -d -A | openssl x509 >ca.crt
HELP
}

fail() {
  printf 'certificates.sh: %s\n' "$1" >&2
  exit 1
}

fail_usage() {
  printf 'certificates.sh: %s\nTry ./certificates.sh --help.\n' "$1" >&2
  exit 2
}

# read_days <flag> <value>: the value, if it is a number of days from 1 to 36500.
read_days() {
  local number='^[1-9][0-9]{0,4}$'
  if ! [[ $2 =~ $number ]] || [ "$2" -gt 36500 ]; then
    fail_usage "$1 takes a number of days from 1 to 36500, not \"$2\""
  fi
  printf '%s' "$2"
}

read_flags() {
  while [ $# -gt 0 ]; do
    case $1 in
      --ca-days | --server-days)
        [ $# -ge 2 ] || fail_usage "$1 needs a number of days"
        set_days "$1" "$2"
        shift
        ;;
      --ca-days=* | --server-days=*) set_days "${1%%=*}" "${1#*=}" ;;
      --profile | --drop-profile)
        [ $# -ge 2 ] || fail_usage "$1 needs the name of a profile"
        set_profile "$1" "$2"
        shift
        ;;
      --profile=* | --drop-profile=*) set_profile "${1%%=*}" "${1#*=}" ;;
      --new-ca) new_ca=yes ;;
      --drop-old-ca) drop_old_ca=yes ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) fail_usage "unknown argument \"$1\"" ;;
    esac
    shift
  done
  if [ $new_ca = yes ] && [ $drop_old_ca = yes ]; then
    fail_usage '--new-ca and --drop-old-ca are two steps with a rollout between them'
  fi
  if [ $drop_old_ca = yes ] && [ $ca_days_given$server_days_given != nono ]; then
    fail_usage '--drop-old-ca makes no certificate, so there is no validity to give'
  fi
}

set_days() {
  local days
  days=$(read_days "$1" "$2") || exit 2
  if [ "$1" = --ca-days ]; then
    ca_days=$days
    ca_days_given=yes
  else
    server_days=$days
    server_days_given=yes
  fi
}

# has <words> <word>
has() {
  case " $1 " in *" $2 "*) return 0 ;; esac
  return 1
}

set_profile() {
  if ! [[ $2 =~ $PROFILE_FORM ]]; then
    fail_usage "$1 takes a name of 1 to 63 lower-case letters, digits and inner hyphens, not \"$2\""
  fi
  if has 'unknown policy workloads' "$2"; then
    fail_usage "$1: \"$2\" is reserved, as unknown, policy and workloads are. Give the profile another name"
  fi
  if has "$profiles$dropped_profiles" "$2"; then fail_usage "$1: \"$2\" is given twice"; fi
  if [ "$1" = --profile ]; then profiles="$profiles $2"; else dropped_profiles="$dropped_profiles $2"; fi
}

# ssl <arguments>: openssl, whose chatter on stderr is shown only if it fails.
ssl() {
  if ! openssl "$@" 2>"$stage/openssl.log"; then
    cat "$stage/openssl.log" >&2
    fail "\"openssl $1\" failed, see above. The files in $here are as they were."
  fi
}

# An interrupted run leaves either nothing, or, once everything is made, a complete stage for the next run to finish.
clean_up() {
  if ! [ -e "$stage/complete" ]; then rm -rf "$stage"; fi
}

# Moves what was made to its place. Renaming in one folder is atomic for each file, and the order leaves a usable
# set at every point: the webhook that trusts old and new comes before the Secret that needs it.
put_in_place() {
  local file
  for file in policy-token mutating-webhook-with-ca.yaml webhook-with-ca.yaml secret.yaml server.crt server.key ca-old.crt \
    ca.key ca.crt; do
    if [ -e "$stage/$file" ]; then mv -f "$stage/$file" "$here/$file"; fi
  done
  if [ -e "$stage/drop-old-ca" ]; then rm -f "$here/ca-old.crt"; fi
  rm -rf "$stage"
}

open_stage() {
  if [ -e "$stage/complete" ]; then
    echo 'Finishing an earlier run, which was stopped while it put its files in place.'
    put_in_place
    webhook_changes=yes # perhaps: that run did not come to say what to apply
  fi
  if [ -e "$stage" ]; then
    fail "$stage exists: another run is at work, or one was killed. If none is at work, remove it and run this again."
  fi
  mkdir "$stage" || fail "cannot write to $here"
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# Ends with a clear error if there is a CA that cannot be used. $has_ca says afterwards whether there is one.
check_ca() {
  has_ca=no
  if [ -e "$here/ca.key" ] && ! [ -e "$here/ca.crt" ]; then
    fail 'ca.key is there, but its certificate ca.crt is not. Put ca.crt back (--help says how to take it from the
cluster). Only if this CA was never in use, remove ca.key and run this again.'
  fi
  if ! [ -e "$here/ca.crt" ]; then return; fi
  has_ca=yes
  if ! openssl x509 -noout -in "$here/ca.crt" 2>/dev/null; then
    fail 'ca.crt is no certificate that openssl can read. Put the right file back, or remove ca.key and ca.crt for a new CA.'
  fi
  if [ $new_ca = yes ] || [ $drop_old_ca = yes ]; then return; fi # its certificate is all that is needed

  if ! [ -e "$here/ca.key" ]; then
    fail 'ca.crt is there, but its key ca.key is not. Put ca.key back, or make a new CA with --new-ca.'
  fi
  check_kept_ca
}

check_kept_ca() {
  local of_key of_certificate
  if ! of_key=$(openssl pkey -pubout -in "$here/ca.key" 2>/dev/null); then
    fail 'ca.key is no private key that openssl can read. Put the right file back, or make a new CA with --new-ca.'
  fi
  of_certificate=$(ssl x509 -noout -pubkey -in "$here/ca.crt")
  if [ "$of_key" != "$of_certificate" ]; then
    fail 'ca.key and ca.crt do not belong together. Put the right files back, or make a new CA with --new-ca.'
  fi
  if [ $ca_days_given = yes ]; then
    fail_usage '--ca-days is for a new CA, but there is a CA, which is kept. Leave the flag out, or add --new-ca.'
  fi
  # A minute more: the server certificate is made a moment after this question.
  if ! openssl x509 -noout -checkend $((server_days * 86400 + 60)) -in "$here/ca.crt" >/dev/null 2>&1; then
    fail "the CA expires ($(end_date "$here/ca.crt")) before a server certificate of $server_days days would.
Make a new CA with --new-ca (--help says in which order to apply it), or a shorter certificate with --server-days."
  fi
}

end_date() {
  openssl x509 -noout -enddate -in "$1" | sed 's/^notAfter=//'
}

# A key on a named curve: `genpkey` of older LibreSSL writes the curve's parameters out, which Go and Node refuse.
make_key() {
  ssl ecparam -name prime256v1 -genkey -noout -out "$1"
}

# A serial number of 128 random bits.
serial() {
  printf '0x'
  ssl rand -hex 16
}

# openssl_config <common name of the subject>
openssl_config() {
  cat <<CONFIG
[req]
prompt = no
distinguished_name = subject
[subject]
CN = $1

[ca]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign

[server]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = @names
[names]
# The API server asks for <service>.<namespace>.svc. The others are how a pod may call the Service.
DNS.1 = $SERVICE.$NAMESPACE.svc
DNS.2 = $SERVICE.$NAMESPACE.svc.cluster.local
DNS.3 = $SERVICE.$NAMESPACE
DNS.4 = $SERVICE
CONFIG
}

make_ca() {
  local id number
  id=$(ssl rand -hex 4) # each CA has a name of its own: two that differ in the key alone are easily confused
  number=$(serial)
  openssl_config "$SERVICE-ca-$id" >"$stage/ca.cnf"
  make_key "$stage/ca.key"
  ssl req -x509 -new -sha256 -key "$stage/ca.key" -config "$stage/ca.cnf" -extensions ca \
    -set_serial "$number" -days "$ca_days" -out "$stage/ca.crt"
}

# make_server_certificate <folder of the CA>
make_server_certificate() {
  local number
  number=$(serial)
  openssl_config "$SERVICE.$NAMESPACE.svc" >"$stage/server.cnf"
  make_key "$stage/server.key"
  ssl req -new -sha256 -key "$stage/server.key" -config "$stage/server.cnf" -out "$stage/server.csr"
  ssl x509 -req -sha256 -in "$stage/server.csr" -CA "$1/ca.crt" -CAkey "$1/ca.key" -set_serial "$number" \
    -days "$server_days" -extfile "$stage/server.cnf" -extensions server -out "$stage/server.crt"
  ssl verify -purpose sslserver -CAfile "$1/ca.crt" "$stage/server.crt" >/dev/null
}

# The CAs that are trusted besides the current one: those that were, and with --new-ca the one that was current.
keep_old_cas() {
  if [ -e "$here/ca-old.crt" ]; then cat "$here/ca-old.crt"; fi
  if [ $new_ca = yes ] && [ $has_ca = yes ]; then ssl x509 -in "$here/ca.crt"; fi
}

# $token is the policy token that there is, or a new one. $has_token says which.
take_token() {
  has_token=no
  if [ -e "$here/policy-token" ]; then
    has_token=yes
    token=$(cat "$here/policy-token" 2>/dev/null) || token=unreadable
  else
    token=$(ssl rand -hex 32)
    printf '%s\n' "$token" >"$stage/policy-token"
  fi
  if ! [[ $token =~ $TOKEN_FORM ]]; then
    fail 'policy-token is not 64 lower-case hex digits. Put the right file back, or remove it for a new one.'
  fi
}

# $profiles are those that webhook-with-ca.yaml has and those to be added, but for those to be dropped. They are not kept
# in a file of their own, which could differ. $had_webhook says whether there was that file to take them from.
take_profiles() {
  local profile there='' all=''
  had_webhook=no
  if [ -e "$here/webhook-with-ca.yaml" ]; then
    had_webhook=yes
    there=$(sed -n -e '/ unknown\./d' -e 's/^  - name: \(.*\)\.workloads\.com\.imagegate\.webhook$/\1/p' \
      "$here/webhook-with-ca.yaml")
    there=${there//$'\n'/ }
  fi
  for profile in $dropped_profiles; do
    if ! has "$there" "$profile"; then fail_usage "--drop-profile: webhook-with-ca.yaml has no profile \"$profile\""; fi
  done
  for profile in $there $profiles; do
    if ! has "$dropped_profiles$all" "$profile"; then all="$all $profile"; fi
  done
  profiles=$all
  # shellcheck disable=SC2086 # one word a profile
  set -- $profiles
  if [ $# -gt $MAX_PROFILES ]; then fail_usage "these are $# profiles, and there may be $MAX_PROFILES:$profiles"; fi
}

# write_secret <folder of the CA>: the gate takes no certificate that is of another CA than the Secret has.
write_secret() {
  local certificate key ca policy_token
  certificate=$(ssl base64 -A -in "$stage/server.crt")
  key=$(ssl base64 -A -in "$stage/server.key")
  ssl x509 -in "$1/ca.crt" >"$stage/ca-of-secret.crt"
  ca=$(ssl base64 -A -in "$stage/ca-of-secret.crt")
  policy_token=$(printf '%s' "$token" | ssl base64 -A)
  cat >"$stage/secret.yaml" <<YAML
# Written by certificates.sh. It holds a private key and the policy token: never commit it.
apiVersion: v1
kind: Secret
metadata:
  name: $SECRET
  namespace: $NAMESPACE
type: Opaque
data:
  server.crt: $certificate
  server.key: $key
  ca.crt: $ca
  policy-token: $policy_token
YAML
}

# write_webhooks <folder of the CA>: the current CA comes first in the bundle, where check_ca's advice looks for it.
write_webhooks() {
  local bundle
  ssl x509 -in "$1/ca.crt" >"$stage/bundle.crt"
  if [ -e "$stage/ca-old.crt" ]; then cat "$stage/ca-old.crt" >>"$stage/bundle.crt"; fi
  bundle=$(ssl base64 -A -in "$stage/bundle.crt")
  write_webhook webhook 3 1
  write_webhook mutating-webhook 1 0
  if [ -n "$profiles" ]; then
    add_profiles webhook /validate 2
    add_profiles mutating-webhook /mutate 1
  fi
}

# write_webhook <name of the file> <its entries> <those of them with the token in their paths>
write_webhook() {
  # The token by the environment: anybody on this machine may list the arguments of a process.
  if ! POLICY_TOKEN=$token awk -v bundle="$bundle" -v name="$1" -v entries="$2" -v secrets="$3" '
    BEGIN {
      print "# Written by certificates.sh from " name ".yaml: change that one, and run certificates.sh again."
      if (secrets > 0) print "# It holds the policy token: never commit it."
    }
    /^ *#/ { next }
    /^ *caBundle:/ { sub(/caBundle:.*/, "caBundle: " bundle); filled++ }
    /^ *path: *\/validate-policy/ { sub(/path:.*/, "path: /validate-policy/" ENVIRON["POLICY_TOKEN"]); tokens++ }
    { print }
    END { exit (filled + 0 == entries + 0 && tokens + 0 == secrets + 0 ? 0 : 1) }
  ' "$here/$1.yaml" >"$stage/$1-with-ca.yaml"; then
    fail "$1.yaml should have lines with caBundle: $2, and with path: /validate-policy: $3.
The files in $here are as they were."
  fi
}

# add_profiles <name of the file> <path> <entries with it>: makes of each entry that asks at that path one for namespaces
# without the label, one for each profile, and one for all other values of the label. Exactly one of them meets a namespace.
add_profiles() {
  if ! awk -v profiles="$profiles" -v path="$2" -v entries="$3" '
    function expression(operator, values) {
      return "        - key: imagegate/profile\n          operator: " operator "\n" \
        (values == "" ? "" : "          values: [" values "]\n")
    }
    function quoted(name) { return "\047" name "\047" } # else YAML reads 123 as a number, and no as false
    function print_entry(profile, expressions,    copy) {
      copy = entry
      selectors += sub(/\n    namespaceSelector:\n      matchExpressions:\n/, "&" expressions, copy)
      if (profile != "") {
        sub(/- name: /, "&" profile ".", copy)
        sub(asked, "\n        path: " path "/" profile "\n", copy)
      }
      printf "%s", copy
    }
    function end_entry(    i) {
      if (!index(entry, asked)) {
        printf "%s", entry
      } else {
        print_entry("", expression("DoesNotExist"))
        for (i = 1; i <= count; i++) print_entry(names[i], expression("In", quoted(names[i])))
        print_entry("unknown", expression("Exists") expression("NotIn", known))
      }
      entry = ""
    }
    BEGIN {
      asked = "\n        path: " path "\n"
      count = split(profiles, names, " ")
      for (i = 1; i <= count; i++) known = known (i > 1 ? ", " : "") quoted(names[i])
    }
    /^  - name: / { end_entry() }
    { entry = entry $0 "\n" }
    END {
      end_entry()
      exit (selectors == entries * (count + 2) ? 0 : 1)
    }
  ' "$stage/$1-with-ca.yaml" >"$stage/webhook-with-profiles.yaml"; then
    fail "$1.yaml should have entries with path: $2, $3 of them, and in each a namespaceSelector that begins with
matchExpressions. The files in $here are as they were."
  fi
  mv -f "$stage/webhook-with-profiles.yaml" "$stage/$1-with-ca.yaml"
}

# is_changed <name of the file>: without `cmp`, which not every machine has.
is_changed() {
  [ "$(<"$stage/$1")" != "$(<"$here/$1")" ]
}

# The webhooks need not be applied again if they are as they were.
compare_webhooks() {
  if ! [ -e "$here/webhook-with-ca.yaml" ] || is_changed webhook-with-ca.yaml; then webhook_changes=yes; fi
  # It was not there before a version that has it: then the cluster has none.
  if [ -e "$here/mutating-webhook-with-ca.yaml" ] && is_changed mutating-webhook-with-ca.yaml; then
    webhook_changes=yes
  fi
}

print_next_commands() {
  local restart='kubectl -n imagegate rollout restart deployment/imagegate-webhook'
  local wait='kubectl -n imagegate rollout status deployment/imagegate-webhook'
  if [ "$(pwd -P)" != "$here" ]; then printf '  cd %q\n' "$here"; fi
  if [ $has_ca = no ]; then
    # By -k, since kustomization.yaml is where the image is named; it leaves policy and Secret alone.
    printf '  %s\n' 'kubectl apply -f namespace.yaml -f secret.yaml -f policy' 'kubectl apply -k .' "$wait" \
      'kubectl apply -f webhook-with-ca.yaml'
  elif [ $drop_old_ca = yes ]; then
    printf '  %s\n' 'kubectl apply -f webhook-with-ca.yaml'
  elif [ -e "$here/ca-old.crt" ]; then
    printf '  %s\n' 'kubectl apply -f webhook-with-ca.yaml' 'kubectl apply -f secret.yaml' "$restart" "$wait" \
      './certificates.sh --drop-old-ca'
  else
    printf '  %s\n' 'kubectl apply -f secret.yaml'
    if [ $webhook_changes = no ]; then return; fi
    printf '  %s\n' 'kubectl apply -f webhook-with-ca.yaml'
  fi
  echo 'If the policy rewrites images, or will, apply mutating-webhook-with-ca.yaml right before webhook-with-ca.yaml.'
}

print_result() {
  local ca=kept server=made policy_token=kept old=''
  if [ $has_ca = no ] || [ $new_ca = yes ]; then ca=made; fi
  if [ $drop_old_ca = yes ]; then server=kept; fi
  if [ $has_token = no ]; then policy_token=made; fi
  if [ -e "$here/ca-old.crt" ]; then old=', and the caBundle holds the old one too'; fi
  echo "CA: $ca, expires $(end_date "$here/ca.crt")$old."
  echo "Server certificate: $server, expires $(end_date "$here/server.crt")."
  echo "Policy token: $policy_token."
  if [ -n "$profiles" ]; then echo "Profiles:$profiles."; fi
  if [ $had_webhook$has_ca = noyes ]; then
    echo 'webhook-with-ca.yaml was gone, so profiles could not be taken from it. See which the cluster has before you apply
it, and add by --profile those that are missing:'
    echo "  kubectl get validatingwebhookconfiguration com.imagegate.webhook -o jsonpath='{.webhooks[*].name}'"
  fi
  echo 'To renew the certificate, run ./certificates.sh before that day. Once it has expired, every pod is refused.'
  echo
  echo 'Next, in this order (--help says why):'
  print_next_commands
}

make_certificates() {
  local ca_folder=$here
  if [ $has_ca = no ] || [ $new_ca = yes ]; then
    if [ "$server_days" -ge "$ca_days" ]; then
      fail_usage "the server certificate ($server_days days) must expire before its CA ($ca_days days)"
    fi
    ca_folder=$stage
    make_ca
  fi
  make_server_certificate "$ca_folder"
  keep_old_cas >"$stage/ca-old.crt"
  if ! [ -s "$stage/ca-old.crt" ]; then rm -f "$stage/ca-old.crt"; fi
  take_token
  write_secret "$ca_folder"
  write_webhooks "$ca_folder"
}

forget_old_ca() {
  if ! [ -e "$here/ca-old.crt" ] || ! [ -e "$here/ca.crt" ] || ! [ -e "$here/server.crt" ]; then
    fail '--drop-old-ca is for after --new-ca, with the files that it wrote: ca.crt, ca-old.crt and server.crt.'
  fi
  if ! [ -e "$here/policy-token" ]; then
    fail 'policy-token is not there, and --drop-old-ca makes nothing. Run ./certificates.sh first.'
  fi
  take_token
  ssl verify -purpose sslserver -CAfile "$here/ca.crt" "$here/server.crt" >/dev/null
  write_webhooks "$here"
  : >"$stage/drop-old-ca"
}

main() {
  read_flags "$@"
  if ! command -v openssl >/dev/null; then
    fail 'openssl is not installed, or not in the PATH. OpenSSL 1.1.1 or newer will do, and so will LibreSSL.'
  fi
  open_stage
  check_ca
  take_profiles
  if [ $drop_old_ca = yes ]; then forget_old_ca; else make_certificates; fi
  compare_webhooks
  : >"$stage/complete"
  put_in_place
  print_result
}

main "$@"
