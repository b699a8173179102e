import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dashboardText } from './dashboard.ts';
import { prometheusRule } from './prometheus-rule.ts';

// `npm run monitoring`: writes what of deploy/monitoring is generated. This file runs as build/scripts/monitoring/main.js.
const folder = join(import.meta.dirname, '..', '..', '..', 'deploy', 'monitoring');
await writeFile(
  join(folder, 'prometheus-rule.yaml'),
  prometheusRule(await readFile(join(folder, 'alerts.yaml'), 'utf8')),
);
await writeFile(join(folder, 'dashboard.json'), await dashboardText(folder));
