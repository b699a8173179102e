/** How bad something is: an error stops pods or lets images pass, a warning will, or may; a note is to be known. */
export type Severity = 'error' | 'warning' | 'note';

/** All that `imagegate doctor` can find, and how bad that is. docs/doctor.md explains each, and a test holds it to this. */
export const SEVERITIES = {
  'budget-blocks': 'warning',
  'budget-missing': 'warning',
  'certificate-expires': 'warning',
  'certificate-lasts': 'note',
  'certificate-rejected': 'error',
  'exemption-ended': 'note',
  'exemption-ends': 'warning',
  'exported-policy-differs': 'warning',
  'fails-open': 'warning',
  'gate-down': 'error',
  'gate-missing': 'error',
  'label-unguarded': 'warning',
  'label-writers': 'note',
  'mirror-access': 'note',
  'namespaces-exempt': 'note',
  'namespaces-unasked': 'error',
  'other-policies': 'note',
  'other-webhooks': 'note',
  'own-namespace-asked': 'error',
  'path-unknown': 'error',
  'pods-unasked': 'error',
  'policy-invalid': 'error',
  'profile-unasked': 'warning',
  'profile-unknown': 'warning',
  'replica-differs': 'warning',
  'replica-loaded': 'note',
  'replica-rejects': 'error',
  'replica-unasked': 'warning',
  'replicas-few': 'warning',
  'replicas-unready': 'warning',
  'rewrite-fails-closed': 'warning',
  'rewrite-missing': 'error',
  'rewrite-namespaces': 'error',
  'rewrite-once': 'warning',
  'rewrite-unasked': 'error',
  'rewrite-unneeded': 'note',
  'service-unknown': 'error',
  'start-order': 'warning',
  'system-namespace-asked': 'warning',
  'token-differs': 'warning',
  unreadable: 'warning',
  'webhook-missing': 'error',
  'webhooks-after': 'note',
  'workloads-unasked': 'warning',
} as const satisfies Readonly<Record<string, Severity>>;

export type DiagnosisCode = keyof typeof SEVERITIES;

export function severityOf({ code }: Pick<Diagnosis, 'code'>): Severity {
  return SEVERITIES[code];
}

/** Something that is to be known about an installation. */
export interface Diagnosis {
  readonly code: DiagnosisCode;
  /** The object: `Deployment imagegate/imagegate-webhook`. */
  readonly where: string;
  /** Whole sentences. */
  readonly what: string;
  /** What to do, in whole sentences. */
  readonly remedy: string;
}
