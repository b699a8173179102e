import { githubReport } from './github-report.ts';
import { jsonReport } from './json-report.ts';
import { junitReport } from './junit-report.ts';
import type { CheckReport, ReportOptions } from './report.ts';
import { sarifReport } from './sarif-report.ts';
import { textReport } from './text-report.ts';

/** What `imagegate check` can print, by `--format`. */
export const CHECK_REPORTS = {
  text: textReport,
  json: jsonReport,
  junit: junitReport,
  sarif: sarifReport,
  github: githubReport,
} satisfies Readonly<Record<string, (options: ReportOptions) => CheckReport>>;

export type CheckFormat = keyof typeof CHECK_REPORTS;
