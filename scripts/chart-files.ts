/** What the chart renders: files of its own folder `files`, each with the file of deploy/ that it is a copy of. */
export const CHART_FILES: Readonly<Record<string, string>> = {
  'configmap.yaml': 'policy/configmap.yaml',
  'deployment.yaml': 'deployment.yaml',
  'namespace.yaml': 'namespace.yaml',
  'mutating-webhook.yaml': 'mutating-webhook.yaml',
  'webhook.yaml': 'webhook.yaml',
  'certificates-job/account.yaml': 'components/certificates-job/account.yaml',
  'certificates-job/guard-mutating-webhook.yaml': 'components/certificates-job-rewriting/guard-mutating-webhook.yaml',
  'certificates-job/guard-webhook.yaml': 'components/certificates-job/guard-webhook.yaml',
  'certificates-job/jobs.yaml': 'components/certificates-job/jobs.yaml',
  'cert-manager/issuer.yaml': 'components/cert-manager/issuer.yaml',
  'cert-manager/kustomization.yaml': 'components/cert-manager/kustomization.yaml',
  'monitoring/dashboard.json': 'monitoring/dashboard.json',
  'monitoring/pod-monitor.yaml': 'monitoring/pod-monitor.yaml',
  'monitoring/prometheus-rule.yaml': 'monitoring/prometheus-rule.yaml',
};
