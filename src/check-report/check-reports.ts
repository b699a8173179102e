import type { CheckFormat } from './check-formats.ts';
import { githubReport } from './github-report.ts';
import { jsonReport } from './json-report.ts';
import { junitReport } from './junit-report.ts';
import type { CheckReport, ReportOptions } from './report.ts';
import { sarifReport } from './sarif-report.ts';
import { textReport } from './text-report.ts';

/** What `imagegate check` can print, by `--format`. */
export const CHECK_REPORTS: Readonly<Record<CheckFormat, (options: ReportOptions) => CheckReport>> = {
  text: textReport,
  json: jsonReport,
  junit: junitReport,
  sarif: sarifReport,
  github: githubReport,
};
