import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../project-root.ts';

/** One rule of deploy/monitoring/alerts.yaml. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>;
}

export const ALERTS_FILE = join(projectRoot, 'deploy', 'monitoring', 'alerts.yaml');

export const ALERTS: readonly AlertRule[] = (
  parse(readFileSync(ALERTS_FILE, 'utf8')) as { groups: readonly { rules: readonly AlertRule[] }[] }
).groups.flatMap(({ rules }) => rules);
