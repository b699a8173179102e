/** What `--format` of `imagegate audit` can be: apart from the reports, so that the command line is defined without them. */
export const AUDIT_FORMATS = ['text', 'json', 'markdown', 'csv'] as const;

export type AuditFormat = (typeof AUDIT_FORMATS)[number];
