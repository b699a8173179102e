import type { AuditFormat } from '../../audit-report/audit-formats.ts';
import { AUDIT_REPORTS } from '../../audit-report/audit-reports.ts';
import { clusterReports, REPORT_LABEL } from '../../audit-report/cluster-reports.ts';
import type { Audit, OwnedFinding } from '../../audit-report/audited.ts';
import { type ExemptionTerms, exemptionsYaml } from '../../audit-report/exemptions-yaml.ts';
import { REPORT_APIS, type ReportApi } from '../../audit-report/report-apis.ts';
import { VALID_REFERENCE } from '../../engine/policy.ts';
import { endOfDay, TRUSTING, unqualifiedUnder } from '../../engine/exemptions.ts';
import { allSelections, type Ruleset } from '../../engine/ruleset.ts';
import { STDIN } from '../../manifest/manifest-files.ts';
import { CollectedMistakes } from '../../mistake/collected-mistakes.ts';
import { messageOf, type Mistake, MistakesError, mistakeText } from '../../mistake/mistake.ts';
import { nearestName } from '../../mistake/nearest-name.ts';
import { plural } from '../../mistake/plural.ts';
import { exitCodeOf } from '../check.ts';
import { type ObjectPlaces, objectsAt } from '../objects-at.ts';
import { hasColors, mistakesBlock, type Output, type Terminal } from '../mistakes-block.ts';
import { checkProfile, type PolicyPaths, type TriedPolicy, tryPolicy } from '../tried-policy.ts';
import { Namespaces } from '../../manifest/namespaces.ts';
import { Auditor, type AuditorOptions } from './auditor.ts';
import { writeFile } from 'node:fs/promises';

export interface AuditOptions extends Output, Terminal, PolicyPaths, ObjectPlaces, AuditorOptions {
  readonly namespace?: string | undefined;
  readonly format: AuditFormat;
  /** Where to write exemptions, `-` for the standard output in place of the report. */
  readonly exemptionsPath?: string | undefined;
  /** Beside that. */
  readonly terms?: ExemptionTerms | undefined;
  /** Reports for dashboards: of which API, and where to write them, in the cluster if no path is named. */
  readonly report?: { readonly api: ReportApi; readonly path?: string } | undefined;
}

/**
 * `imagegate audit`: judges what runs as the webhook would judge it if it were created now, and tells it by owners. Resolves
 * with the exit code: 1 if something would be denied, 2 if something could not be judged.
 */
export async function audit(options: AuditOptions): Promise<0 | 1 | 2> {
  const { format, write, writeError } = options;
  const collected = new CollectedMistakes(termsMistakes(options));
  const tried = await collected.from(async () => tryPolicy(options, options));
  if (tried !== undefined) {
    await collected.from(() => checkProfile(options.profile, [tried.ruleset]));
    collected.mistakes.push(...ruleMistakes(tried, options.only ?? []));
  }
  if (tried === undefined || collected.mistakes.length > 0) {
    writeError(mistakesBlock(collected.mistakes, 'Nothing was audited'));
    return 2;
  }
  const namespaces = new Namespaces();
  const scope = { kinds: tried.ruleset.policy.podSpecPaths.keys(), namespace: options.namespace };
  const auditor = new Auditor(tried.ruleset, namespaces, options);
  const result = await auditor.audit(objectsAt(options, scope, namespaces));
  if (options.exemptionsPath !== STDIN && options.report?.path !== STDIN)
    write(AUDIT_REPORTS[format](result, hasColors(options)));
  const wasWritten = await collected.from(async () => writeExemptions(result, tried.ruleset, options));
  const wasReported = await collected.from(async () => writeReport(result, options));
  for (const mistake of collected.mistakes) writeError(`${mistakeText(mistake)}\n`);
  return wasWritten === undefined || wasReported === undefined ? 2 : exitCodeOf(result.counts);
}

/** Rules that are not known, or judge nothing: nothing found would not mean that nothing is wrong. */
function ruleMistakes({ ruleset, rules }: TriedPolicy, only: readonly string[]): readonly Mistake[] {
  const known = [VALID_REFERENCE, ...rules.map(({ name }) => name)];
  const on = new Set(allSelections(ruleset).flatMap((selection) => selection.rules.map(({ name }) => name)));
  return only.flatMap((name): readonly Mistake[] => {
    if (name === VALID_REFERENCE || on.has(name)) return [];
    const isKnown = known.includes(name);
    const remedy = 'Switch it on in the policy, be it with the action audit.';
    const words = isKnown ? { found: `${name}, which is off`, remedy } : { found: name, ...nearestName(name, known) };
    return [{ code: 'setting-invalid', source: { name: '--only' }, expected: 'a rule that is on', ...words }];
  });
}

/** What the policy would say of the exemptions, before hours of work are lost. */
function termsMistakes({ terms, now }: AuditOptions): readonly Mistake[] {
  if (terms === undefined) return [];
  const wrong = [
    ['--expires', 'a day to come, YYYY-MM-DD, or never', terms.expires, endOfDay(terms.expires) > now],
    [
      '--owner',
      'who answers for it, in at most 256 characters',
      terms.owner,
      /^.*\S.*$/.test(terms.owner) && terms.owner.length <= 256,
    ],
    [
      '--reason',
      'why, in at most 1024 characters',
      terms.reason,
      /^.*\S.*$/.test(terms.reason) && terms.reason.length <= 1024,
    ],
  ] as const;
  return wrong.flatMap(([name, expected, found, isFine]): readonly Mistake[] => {
    if (isFine) return [];
    return [
      { code: 'setting-invalid', source: { name }, expected, found: JSON.stringify(found), remedy: 'Give another.' },
    ];
  });
}

/** From what denies or, where rules are named, from all that they find. */
async function writeExemptions({ owners }: Audit, ruleset: Ruleset, options: AuditOptions): Promise<true> {
  const { exemptionsPath: path, terms, only, write, writeError } = options;
  if (path === undefined || terms === undefined) return true;
  const isMeant = ({ level }: OwnedFinding): boolean => level === 'deny' || (only !== undefined && level !== 'exempt');
  const { text, count, left } = exemptionsYaml(owners, terms, { isMeant, unqualified: unqualifiedAnywhere(ruleset) });
  await writeText(text, path, '--write-exemptions', write);
  for (const one of left) writeError(`No exemption written: ${one}\n`);
  writeError(`${plural(count, 'exemption')} written.\n`);
  return true;
}

/** Of a cluster of which not all could be read the stale ones stay, as nobody knows whether they are. */
async function writeReport(result: Audit, options: AuditOptions): Promise<true> {
  const { report, now, namespace, write } = options;
  if (report === undefined) return true;
  const reports = clusterReports(result, { ...report, now, namespace });
  if (report.path === undefined) {
    const { writeReports } = await import('../../cluster/write-reports.ts');
    const stale = `${REPORT_LABEL},${REPORT_LABEL}!=${now}`;
    const set = { ...REPORT_APIS[report.api], reports, stale, namespace };
    await writeReports(options.cluster ?? {}, set, result.counts.unreadable === 0);
  } else {
    const { stringify } = await import('yaml');
    const text = reports.map((one) => stringify(one, { aliasDuplicateObjects: false, lineWidth: 0 })).join('---\n');
    await writeText(text, report.path, '--report', write);
  }
  return true;
}

/** @throws {MistakesError} about the option that names the path, if it cannot be written. */
async function writeText(text: string, path: string, name: string, write: Output['write']): Promise<void> {
  try {
    if (path === STDIN) write(text);
    else await writeFile(path, text);
  } catch (error) {
    const words = { expected: 'a file that can be written', found: messageOf(error), remedy: 'Name another.' };
    throw new MistakesError([{ code: 'setting-invalid', source: { name }, ...words }]);
  }
}

/** Where rules differ, the one that trusts less. */
function unqualifiedAnywhere(ruleset: Ruleset): 'docker.io' | 'untrusted' {
  const rules = allSelections(ruleset).flatMap((selection) => selection.rules);
  return unqualifiedUnder(rules.filter(({ name }) => TRUSTING.includes(name)).map(({ setting }) => setting));
}
