import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CHART_FILES } from './chart-files.ts';

// `npm run chart`: copies into deploy/chart what it renders, since Helm reads nothing outside of a chart. This file runs
// as build/scripts/chart.js.
const deploy = join(import.meta.dirname, '..', '..', 'deploy');
const files = join(deploy, 'chart', 'files');
await rm(files, { recursive: true, force: true });
await Promise.all(Object.entries(CHART_FILES).map(async ([copy, file]) => cp(join(deploy, file), join(files, copy))));
