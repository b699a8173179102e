/** What `--format` of `imagegate check` can be: apart from the reports, so that the command line is defined without them. */
export const CHECK_FORMATS = ['text', 'json', 'junit', 'sarif', 'github'] as const;

export type CheckFormat = (typeof CHECK_FORMATS)[number];
