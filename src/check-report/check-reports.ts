import type { CheckReport, ReportOptions } from './report.ts';
import { textReport } from './text-report.ts';

/** What `imagegate check` can print, by `--format`. */
export const CHECK_REPORTS = { text: textReport } satisfies Readonly<
  Record<string, (options: ReportOptions) => CheckReport>
>;

export type CheckFormat = keyof typeof CHECK_REPORTS;
