/** The kinds of reports that dashboards read: of a namespace, and of the cluster. The fields of both APIs are the same. */
export const REPORT_APIS = {
  openreports: { apiVersion: 'openreports.io/v1alpha1', kinds: ['Report', 'ClusterReport'] },
  wgpolicyk8s: { apiVersion: 'wgpolicyk8s.io/v1alpha2', kinds: ['PolicyReport', 'ClusterPolicyReport'] },
} as const;

export type ReportApi = keyof typeof REPORT_APIS;
