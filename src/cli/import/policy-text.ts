import { Document, type Node } from 'yaml';
import { locationText } from '../../mistake/mistake.ts';
import { printable } from '../../mistake/printable.ts';
import type { MergedPolicy, MergedRules, MergedSetting } from './merged.ts';
import type { Unit } from './unit.ts';

/** Rules that judge where a policy says nothing of them. */
const ON_BY_DEFAULT = ['empty-tag', 'registry-allowlist', 'blocked-tags'];

/** What holds for all that is imported. */
export const ALWAYS = [
  'Init containers, ephemeral containers and image volumes are judged as containers are, in pods and in what makes pods.',
  'Images are parsed: what is no reference, or is read differently by runtimes, is denied by itself.',
];

/** A policy.yaml, with comments that say where each part is from, and how it differs. */
export function policyText({ rules, overrides, exempting }: MergedPolicy): string {
  const document = new Document({});
  const nodeOf = (value: object, comment: readonly string[]): Node => {
    const node = document.createNode(value);
    node.commentBefore = lines(comment);
    return node;
  };
  const off = (): Node => document.createNode({ action: 'off' }, { flow: true });
  const entryOf = (settings: readonly MergedSetting[]): unknown =>
    settings.length === 0 ? off() : settings.map((setting) => nodeOf(settingOf(setting), origin(setting)));
  const unused = ON_BY_DEFAULT.filter((name) => !rules.has(name)).map((name) => {
    const node = off();
    node.comment = ' Nothing that was imported is about it.';
    return [name, node] as const;
  });
  const single = ([setting, ...more]: readonly MergedSetting[]): unknown =>
    more.length === 0 ? nodeOf(settingOf(setting!), origin(setting!)) : entryOf([setting!, ...more]);
  document.contents = document.createNode({
    rules: { ...mapped(rules, single), ...Object.fromEntries(unused) },
    ...(overrides.length > 0 && {
      namespaces: overrides.map(({ names, rules: left }) => ({ names, rules: mapped(left, entryOf) })),
    }),
    ...(exempting.length > 0 && {
      exemptions: exempting.map((unit, index) => nodeOf(exemptionOf(unit, index), unit.exempt!.differences)),
    }),
  });
  document.commentBefore = lines(['Written by imagegate import.', ...ALWAYS]);
  return document.toString({ lineWidth: 0, singleQuote: true });
}

function mapped(rules: MergedRules, make: (settings: readonly MergedSetting[]) => unknown): object {
  return Object.fromEntries([...rules].map(([name, settings]) => [name, make(settings)]));
}

function settingOf({ action, namespaces, options, message }: MergedSetting): object {
  return { action, ...(namespaces && { namespaces }), ...(options && { options }), ...(message && { message }) };
}

/** Where a setting is from, and how it differs. */
function origin({ units }: MergedSetting): readonly string[] {
  const from = units.map(({ part, name }) => `${locationText({ source: part.location.source })} ${name}`);
  return [...from, ...new Set(units.flatMap(({ differences }) => differences))];
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => ` ${printable(text, 1024)}`).join('\n');
}

function exemptionOf({ name, settings, namespaces, exempt }: Unit, index: number): object {
  return {
    name: `imported-${index + 1}`,
    reason: `exemptImages of ${printable(name, 256)}`,
    owner: 'to be named',
    expires: 'never',
    rules: [...new Set(settings.map(({ rule }) => rule))],
    ...(namespaces && { namespaces }),
    images: exempt!.images,
  };
}
