import { dirname } from 'node:path';
import type { SourceFile } from './source-files.ts';

/** The house: who may import whom, beside itself. Data flows one way, and so do imports. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['command-line', 'cli'],
  'command-line': [
    'cli',
    'cli/audit',
    'cli/certificates',
    'cli/diff',
    'cli/doctor',
    'cli/explain',
    'cli/export',
    'cli/import',
    'cli/learn',
    'cli/rehearsal',
    'audit-report',
    'check-report',
  ],
  cli: [
    'fix',
    'gate',
    'gate/secret',
    'gate/telemetry',
    'check-report',
    'cluster',
    'manifest',
    'config-map',
    'ruleset',
    'policy',
    'yaml',
    'sandbox',
    'rule-file',
    'admission',
    'engine',
    'rule',
    'workload',
    'mistake',
  ],
  'cli/audit': [
    'cli',
    'audit-report',
    'check-report',
    'cluster',
    'manifest',
    'admission',
    'engine',
    'workload',
    'mistake',
  ],
  'cli/certificates': ['cli', 'certificates', 'cluster', 'gate/secret', 'mistake'],
  'cli/diff': ['cli', 'check-report', 'manifest', 'engine', 'mistake'],
  'cli/doctor': [
    'cli',
    'cli/export',
    'cluster',
    'config-map',
    'gate/secret',
    'manifest',
    'ruleset',
    'engine',
    'workload',
    'mistake',
  ],
  'cli/explain': ['cli', 'fix', 'manifest', 'admission', 'engine', 'workload', 'image', 'mistake'],
  'cli/export': ['cli', 'cli/explain', 'vap', 'engine', 'mistake'],
  'cli/import': ['cli', 'manifest', 'rule', 'workload', 'image', 'mistake'],
  'cli/learn': ['cli', 'manifest', 'engine', 'image', 'mistake'],
  'cli/rehearsal': ['cli', 'cli/doctor', 'cluster', 'config-map', 'manifest', 'workload', 'mistake'],
  vap: ['engine', 'rule', 'image', 'mistake'],
  'audit-report': ['check-report', 'manifest', 'engine', 'image', 'mistake'],
  'check-report': ['fix', 'manifest', 'admission', 'engine', 'mistake'],
  certificates: ['cluster', 'manifest', 'yaml', 'gate/secret', 'config-map', 'workload', 'mistake'],
  cluster: ['manifest', 'config-map', 'ruleset', 'policy', 'workload', 'mistake'],
  manifest: ['yaml', 'admission', 'workload', 'mistake'],
  fix: ['manifest', 'yaml', 'admission', 'engine', 'rule', 'workload', 'image', 'mistake'],
  gate: ['gate/request', 'gate/secret', 'gate/telemetry', 'engine', 'mistake'],
  'gate/request': ['gate/secret', 'gate/telemetry', 'admission', 'engine', 'mistake'],
  'gate/secret': ['watch', 'gate', 'gate/request', 'gate/telemetry', 'mistake'],
  'gate/telemetry': ['gate', 'gate/request', 'admission', 'engine', 'workload', 'mistake'],
  'config-map': ['ruleset', 'policy', 'yaml', 'rule-file', 'admission', 'workload', 'mistake'],
  ruleset: ['watch', 'policy', 'sandbox', 'rule-file', 'admission', 'engine', 'rule', 'mistake'],
  policy: ['yaml', 'rule-file', 'engine', 'rule', 'workload', 'mistake'],
  yaml: ['mistake'],
  testing: ['sandbox', 'rule-file', 'admission', 'engine', 'rule', 'image', 'mistake'],
  sandbox: ['sandbox/guest', 'rule-file', 'engine', 'rule', 'image', 'mistake'],
  'sandbox/guest': ['rule-file', 'engine', 'rule', 'image', 'mistake'],
  'rule-file': ['rule', 'mistake'],
  admission: ['engine', 'rule', 'workload', 'mistake'],
  engine: ['rule', 'workload', 'image', 'mistake'],
  rule: ['image', 'mistake'],
  workload: ['image', 'mistake'],
  image: ['mistake'],
  mistake: [],
  watch: [],
};

/** `gate/request` for src/gate/request/body.ts, `main.ts` for src/main.ts. */
export function layerOf(path: string): string {
  const folder = dirname(path).slice('src/'.length);
  return folder === '' ? path.slice('src/'.length) : folder;
}

/**
 * The files that import each other in circles, over as many files as it takes; each circle sorted, and each told once.
 * What is imported for its type alone counts as well: who reads one of them has to read all.
 */
export function importCircles(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const reached = new Map(files.map(({ path }) => [path, reachedFrom(path, files)]));
  const circles = files.map(({ path }) =>
    [...reached.get(path)!].filter((other) => reached.get(other)?.has(path) === true).toSorted(),
  );
  return [...new Map(circles.filter(({ length }) => length > 0).map((circle) => [circle.join(), circle])).values()];
}

/** What a file imports, what that imports, and so on; the file itself only if it comes round to it. */
function reachedFrom(path: string, files: readonly SourceFile[]): ReadonlySet<string> {
  const imports = new Map(files.map((file) => [file.path, file.imports.map((found) => found.path)]));
  const reached = new Set(imports.get(path));
  for (const next of reached) for (const found of imports.get(next ?? '') ?? []) reached.add(found);
  return new Set([...reached].filter((found) => found !== undefined));
}
