import { itemsOfFile, manifestFiles, pathName } from '../../manifest/manifest-files.ts';
import type { ManifestObject } from '../../manifest/manifest-items.ts';
import { CollectedMistakes } from '../../mistake/collected-mistakes.ts';
import { type Mistake, mistakeText, shown } from '../../mistake/mistake.ts';
import { printable } from '../../mistake/printable.ts';
import { property } from '../../workload/json-object.ts';
import type { Output } from '../mistakes-block.ts';
import { gatekeeperUnits } from './gatekeeper.ts';
import { kyvernoUnits } from './kyverno.ts';
import { mergedPolicy } from './merged.ts';
import { openshiftUnits } from './openshift.ts';
import { Part } from './part.ts';
import { ALWAYS, policyText } from './policy-text.ts';
import type { Unit } from './unit.ts';

export interface ImportOptions extends Output {
  /** Files and folders of manifests; `-` is the standard input. */
  readonly paths: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array>;
}

/** An object of another engine, and what of it can be imported. */
interface Policy {
  readonly name: string;
  readonly part: Part;
  readonly units: readonly Unit[];
}

/**
 * `imagegate import`: writes a policy.yaml that says what the image policies of other engines do. Resolves with the exit
 * code: 1 if something was left out, 2 if something could not be read.
 */
export async function importPolicies(options: ImportOptions): Promise<0 | 1 | 2> {
  const { paths, stdin, write, writeError } = options;
  const collected = new CollectedMistakes();
  const lists = await Promise.all(paths.map(async (path) => collected.from(async () => manifestFiles(path))));
  const policies: Policy[] = [];
  let others = 0;
  for (const file of new Set(lists.flatMap((files) => files ?? []))) {
    // oxlint-disable-next-line no-await-in-loop -- in their order
    for await (const item of itemsOfFile(file, stdin)) {
      const policy = 'object' in item ? policyOf(item) : undefined;
      if (policy !== undefined) policies.push(policy);
      else if ('mistake' in item) collected.mistakes.push(item.mistake);
      else others += 1;
    }
  }
  if (policies.length + collected.mistakes.length === 0) collected.mistakes.push(nothing(paths));
  const units = policies.flatMap((policy) => policy.units.filter(isWhole));
  if (units.length > 0) write(policyText(mergedPolicy(units)));
  const left = policies.flatMap(leftOut);
  writeError(report(units, [...collected.mistakes, ...left], others));
  return collected.mistakes.length > 0 ? 2 : left.length > 0 ? 1 : 0;
}

function isWhole({ settings, parts }: Unit): boolean {
  return settings.length > 0 && parts.every((part) => part.isUnderstood);
}

/** `undefined` for what is no policy of an engine that is known. */
function policyOf({ object, where }: ManifestObject): Policy | undefined {
  const { apiVersion, kind } = object;
  const [group = ''] = apiVersion.split('/');
  const [name = 'without a name', namespace = 'default'] = ['name', 'namespace'].map((key) => {
    const value = property(object['metadata'], key);
    return typeof value === 'string' && /^[a-z0-9.-]{1,253}$/.test(value) ? value : undefined;
  });
  const part = new Part(object, where).at('spec');
  const isPolicy = group === 'kyverno.io' && (kind === 'ClusterPolicy' || kind === 'Policy');
  const policy = { name: `${printable(kind, 63)} ${name}`, part };
  if (isPolicy) return { ...policy, units: kyvernoUnits(policy.name, part, kind === 'Policy' ? namespace : undefined) };
  if (group === 'constraints.gatekeeper.sh') return { ...policy, units: gatekeeperUnits(kind, name, part) };
  if (/^(?:image\.)?config\.openshift\.io$/.test(group) && kind === 'Image')
    return { ...policy, units: openshiftUnits(name, part) };
  const isOther = /(?:^|\.)(?:kyverno\.io|gatekeeper\.sh)$/.test(group) && group !== 'templates.gatekeeper.sh';
  return isOther ? { ...policy, units: [] } : undefined;
}

/** All that does not get into the policy: what was not read, and the units that cannot be without it. */
function leftOut({ name, part, units }: Policy): readonly Mistake[] {
  const lost = new Map<Part, string[]>();
  for (const unit of units.filter((candidate) => !isWhole(candidate)))
    for (const found of unit.parts.flatMap((of) => of.unread()))
      lost.set(found, [...(lost.get(found) ?? []), unit.name]);
  const mistakes = part.unread().flatMap((found): Mistake[] => {
    const [first, ...more] = lost.get(found) ?? (units.length === 0 ? [name] : ['It alone']);
    const remedy = `${more.length === 0 ? first : name} is left out: ${BY_HAND}`;
    const reasons = found.reasons.length > 0 ? found.reasons : [{ expected: 'what has a counterpart here', remedy }];
    return reasons.map((reason) => mistake(found, reason));
  });
  const expected = 'what can be a setting of a rule';
  const empty = units.filter(
    (unit) => unit.settings.length === 0 && unit.parts.every((of) => of.unread().length === 0),
  );
  mistakes.push(
    ...empty.map((unit) => mistake(unit.part, { expected, remedy: `${unit.name} is left out: ${BY_HAND}` })),
  );
  if (mistakes.length > 0 || units.some(isWhole)) return mistakes;
  return [mistake(part, { expected, remedy: `${name} is left out: ${BY_HAND}` })];
}

const BY_HAND = 'write it by hand, as docs/from-other-engines.md has such policies.';

function mistake(part: Part, { expected, found, remedy }: Part['reasons'][number]): Mistake {
  return { code: 'import-left-out', ...part.location, expected, found: found ?? shown(part.value), remedy };
}

function nothing(paths: readonly string[]): Mistake {
  const remedy = 'Name files with policies of Kyverno or Gatekeeper, or the image configuration of OpenShift.';
  const words = { expected: 'policies of other engines', found: 'none', remedy };
  return { code: 'manifest-invalid', source: { name: paths.map(pathName).join(', ') }, ...words };
}

function report(units: readonly Unit[], mistakes: readonly Mistake[], others: number): string {
  const differences = units.flatMap(({ name, differences: own, exempt }) =>
    [...own, ...(exempt?.differences ?? [])].map((text) => `${name}: ${text}`),
  );
  const skipped = others === 0 ? '' : `Skipped, as they are no such policies: ${others}.\n`;
  const next =
    'Next: imagegate test-policy policy.yaml says what would hold, imagegate diff what would change for your manifests.\n';
  return (
    section('Read differently here:', units.length === 0 ? [] : [...ALWAYS, ...differences]) +
    section('Left out:', mistakes.map(mistakeText)) +
    skipped +
    (units.length === 0 ? 'Nothing was imported.\n' : next)
  );
}

function section(title: string, texts: readonly string[]): string {
  if (texts.length === 0) return '';
  return `${title}\n\n${[...new Set(texts)].map((text) => `  ${printable(text, 1024)}\n`).join('')}\n`;
}
