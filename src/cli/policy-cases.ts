import { Ajv } from 'ajv';
import { readFile } from 'node:fs/promises';
import { sentence } from '../admission/response.ts';
import { UNKNOWN_PROFILE, VALID_REFERENCE } from '../engine/policy.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { locationText, MistakesError, type Source } from '../mistake/mistake.ts';
import { printable } from '../mistake/printable.ts';
import { schemaMistakes } from '../policy/schema-mistakes.ts';
import { readYaml } from '../yaml/yaml-document.ts';
import { readNamed } from './create-loader.ts';
import { type PlacedImage, placeText, podReview, type RewrittenImage, rewrittenIn } from './pod-review.ts';

/** An image, and the rules that must object to it; exactly these. */
export interface PolicyCase extends PlacedImage {
  readonly deniedBy: readonly string[];
  /** Not compared if absent. */
  readonly warnedBy?: readonly string[];
  /** What the policy makes of the image, or itself. Not compared if absent. */
  readonly rewritten?: string;
  readonly source: Source;
}

/** The names that cases may use; `undefined` if the policy could not be loaded. */
export type CaseNames = { readonly profiles: readonly string[]; readonly rules: readonly string[] } | undefined;

/**
 * Reads a file of cases: a list in YAML or JSON.
 *
 * @throws {MistakesError} with every mistake in it.
 */
export async function readCases(path: string, names: CaseNames): Promise<readonly PolicyCase[]> {
  const text = await readNamed(path, 'Name a file of cases, in YAML or JSON.', async () => readFile(path, 'utf8'));
  const { value, where, mistakes } = readYaml(text, { name: path });
  const isCases = new Ajv({ strict: true, allErrors: true, verbose: true }).compile<PolicyCase[]>(schemaOf(names));
  if (mistakes.length === 0 && isCases(value))
    return value.map((one, index) => ({ ...one, source: where(index).source }));
  throw new MistakesError(mistakes.length > 0 ? mistakes : schemaMistakes(isCases.errors!, where, 'a case'));
}

function schemaOf(names: CaseNames): object {
  const rules = { type: 'array', items: oneOf(names && [VALID_REFERENCE, ...names.rules]) };
  const text = { type: 'string', minLength: 1 };
  return {
    description: 'A list of cases, such as - { image: nginx, deniedBy: [empty-tag] }.',
    type: 'array',
    minItems: 1,
    items: {
      description: 'A case, such as { image: nginx, deniedBy: [empty-tag] }.',
      type: 'object',
      additionalProperties: false,
      required: ['image', 'deniedBy'],
      properties: {
        image: { description: 'The image to judge.', ...text },
        namespace: { description: 'The namespace of its pod; by default that is default.', ...text },
        profile: {
          description: 'The label of that namespace.',
          ...oneOf(names && [...names.profiles, UNKNOWN_PROFILE]),
        },
        deniedBy: { description: 'The rules that deny it; [] if it is allowed.', ...rules },
        warnedBy: { description: 'The rules that warn of it. Absent, that does not matter.', ...rules },
        rewritten: {
          description: 'The image that the policy makes of it; itself if none. Absent, that does not matter.',
          ...text,
        },
      },
    },
  };
}

function oneOf(known: readonly string[] | undefined): object {
  return known === undefined ? { type: 'string' } : { enum: known };
}

/**
 * What differs from the cases, a text for each that does: `-` a rule that should have objected, `+` one that should not.
 *
 * @param now in milliseconds since 1970
 */
export function caseDiffs(cases: readonly PolicyCase[], ruleset: Ruleset, now: number): readonly string[] {
  return cases.flatMap((one) => {
    const reviewed = podReview(ruleset, one, now);
    const { findings } = reviewed;
    const objections = [
      { action: 'deny', verb: 'denied', expected: one.deniedBy },
      { action: 'warn', verb: 'warned', expected: one.warnedBy },
    ].flatMap(({ action, verb, expected }) => {
      if (expected === undefined) return [];
      const found = findings.filter((finding) => finding.action === action && finding.exemption === undefined);
      const missing = expected.filter((name) => !found.some(({ rule }) => rule === name));
      const unexpected = found.filter(({ rule }) => !expected.includes(rule));
      return [
        ...missing.map((name) => `- ${verb} by ${name}`),
        ...unexpected.map((finding) => `+ ${verb} by ${finding.rule}: ${sentence(finding)}`),
      ];
    });
    const lines = [...rewritingDiff(one, rewrittenIn(reviewed)), ...objections];
    if (lines.length === 0) return [];
    return [[`${locationText(one)}: ${placeText(one)}`, ...lines.map((line) => `  ${line}`)].join('\n')];
  });
}

/** An image that stays as it is is not told. */
function rewritingDiff(
  { image, rewritten: expected }: PolicyCase,
  { raw: found = image }: Partial<RewrittenImage> = {},
): readonly string[] {
  if (expected === undefined || expected === found) return [];
  const line = (sign: string, one: string) => (one === image ? [] : [`${sign} rewritten to ${printable(one, 1024)}`]);
  return [...line('-', expected), ...line('+', found)];
}
