/** What `--format` of `imagegate diff` can be: apart from the reports, so that the command line is defined without them. */
export const DIFF_FORMATS = ['text', 'json', 'markdown'] as const;

export type DiffFormat = (typeof DIFF_FORMATS)[number];
