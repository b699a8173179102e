/**
 * The PrometheusRule of a rule file: the same groups, to the letter.
 *
 * @param alerts a rule file that begins with a comment
 */
export function prometheusRule(alerts: string): string {
  const groups = alerts.slice(alerts.indexOf('groups:')).trimEnd().split('\n');
  return `# Generated from alerts.yaml by \`npm run monitoring\`.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: imagegate-webhook
  namespace: imagegate
  labels:
    app.kubernetes.io/name: imagegate-webhook
spec:
${groups.map((line) => `  ${line}`).join('\n')}
`;
}
