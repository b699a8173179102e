import { Ajv } from 'ajv';
import { basename, extname, posix } from 'node:path';
import { DEFAULT_SETTINGS } from '../engine/layers.ts';
import type { CustomAnswer, CustomRule, RuleOptions } from '../engine/policy.ts';
import { validateOptions } from '../engine/prepare-rule.ts';
import { distinctMistakes, messageOf, type Mistake, type Source } from '../mistake/mistake.ts';
import type { OptionsSchema } from '../rule/options-schema.ts';
import { type RuleFile, unloadableRule } from '../rule-file/rule-files.ts';
import { sourceOf } from '../rule-file/rule-mistakes.ts';
import { readDescription, readError, readMistakes, readOptions } from './guest-answers.ts';
import { Guest, GuestEnd, type GuestParts } from './guest.ts';
import { importMistakes, ImportRefusedError, SourceProblemError } from './import-mistake.ts';
import type { Remembered } from './remembered.ts';
import type { SourceFolder } from './rule-sources.ts';
import { CheckHost, NoClockError, type RuleWatch, SandboxedRule } from './sandboxed-rule.ts';

export interface Loading {
  readonly parts: GuestParts;
  /** The distinct options by rule; absent rules have their defaults. */
  readonly options: ReadonlyMap<string, readonly RuleOptions[]>;
  readonly remembered: Remembered<CustomAnswer>;
  readonly watch: RuleWatch;
}

export type LoadedRule = { readonly rule: CustomRule } | { readonly mistakes: readonly Mistake[] };

type ImportMistakes = ReturnType<typeof importMistakes>;

/** The budget for evaluating a file with its imports, and again for `describe` and each `prepare`. */
export const LOAD_STEPS = 1_000_000;
const RULE_MODULE = 'imagegate/rule';
const OURS = 'imagegate/';

/** Validates the options of rules without a schema; without the meta-schema, which takes some 30 ms to compile. */
const noOptions = new Ajv({ allErrors: true, meta: false, validateSchema: false });

/** The one instance that validates options; created for the first rule that has some. */
let judge: Guest | undefined;

/** Loads a rule, step by step, so that the caller can run others in between. */
export function* loadCustomRule(file: RuleFile, folder: SourceFolder, loading: Loading): Generator<void, LoadedRule> {
  const asMistake = importMistakes(file, folder);
  try {
    const host = new CheckHost((level, line) => loading.watch.print(file.name, level, line));
    const guest = new Guest(loading.parts, 'rule', Object.assign(host, modulesOf(folder)));
    const evaluated = evaluate(guest, file, asMistake);
    if (evaluated !== undefined) return { mistakes: [evaluated] };
    yield;
    const { mistakes, ...described } = readDescription(guest.ask('describe', JSON.stringify(file), LOAD_STEPS));
    if (mistakes.length > 0) return { mistakes };
    yield;
    const options = loading.options.get(file.name) ?? DEFAULT_SETTINGS;
    const wrong = yield* prepare(guest, sourceOf(file), described.schema, options, loading.parts);
    if (wrong.length > 0) return { mistakes: distinctMistakes(wrong) };
    guest.keep();
    const { description = '', action } = described;
    const summary = { name: file.name, description, ...(action && { action }) };
    return { rule: new SandboxedRule({ summary, guest, host, ...loading }) };
  } catch (error) {
    return { mistakes: [mistakeOf(error, file, asMistake)] };
  }
}

/** What a rule can import: files of its folder, and `imagegate/rule`. */
function modulesOf(folder: SourceFolder) {
  return {
    resolve(specifier: string, importer: string): string {
      if (specifier === RULE_MODULE || importer.startsWith(OURS)) return specifier;
      const name = /^\.\.?\//.test(specifier) ? posix.normalize(specifier) : '';
      if (!folder.has(name)) throw new ImportRefusedError(specifier, importer);
      return name;
    },
    load(name: string): string {
      const source = folder.get(name)!;
      if ('problem' in source) throw new SourceProblemError(name, source.problem);
      return extname(name) === '.json' ? jsonModule(name, source.text) : source.text;
    },
  };
}

function jsonModule(name: string, text: string): string {
  try {
    return `export default JSON.parse(${JSON.stringify(JSON.stringify(JSON.parse(text)))});`;
  } catch (error) {
    throw new SourceProblemError(name, { message: messageOf(error) });
  }
}

/** Evaluates the file; returns the mistake if that fails. */
function evaluate(guest: Guest, file: RuleFile, asMistake: ImportMistakes): Mistake | undefined {
  const load = `import * as rule from ${JSON.stringify(basename(file.path))};accept(rule);`;
  const evaluated = guest.run(LOAD_STEPS, () => guest.engine.evaluate(`${OURS}load`, load));
  if (evaluated === 'done') return undefined;
  if (evaluated === 'pending') return asMistake.ofEnd('it waits for something that never comes');
  return asMistake.ofError(readError(guest.errorOf(evaluated.thrown, LOAD_STEPS)));
}

/** Validates and prepares each of the options, with a budget each, and collects the mistakes. */
function* prepare(
  guest: Guest,
  source: Source,
  schema: OptionsSchema | undefined,
  distinct: readonly RuleOptions[],
  parts: GuestParts,
): Generator<void, readonly Mistake[]> {
  const mistakes: Mistake[] = [];
  const validator = schema && (judge ??= new Guest(parts, 'options'));
  for (const options of distinct) {
    yield;
    const [valid] = validOptions(validator, schema, options, source);
    yield;
    if ('mistakes' in valid!) mistakes.push(...valid.mistakes);
    else mistakes.push(...readMistakes(guest.ask('prepare', JSON.stringify(valid), LOAD_STEPS)));
  }
  return mistakes;
}

/**
 * A rule's own schema is compiled in the sandbox only, since a pattern in it may backtrack endlessly.
 *
 * @param validator `undefined` for a rule without a schema, whose options must be empty
 */
function validOptions(
  validator: Guest | undefined,
  schema: OptionsSchema | undefined,
  options: RuleOptions,
  source: Source,
) {
  const settings = [options];
  if (validator === undefined) return validateOptions(undefined, settings, noOptions, source);
  validator.restore();
  return readOptions(validator.ask('validate', JSON.stringify({ schema, settings, source }), LOAD_STEPS));
}

function mistakeOf(error: unknown, file: RuleFile, asMistake: ImportMistakes): Mistake {
  if (error instanceof GuestEnd) return asMistake.ofEnd(error.message);
  if (error instanceof ImportRefusedError) return asMistake.ofRefusedImport(error);
  if (error instanceof SourceProblemError) return asMistake.ofSource(error);
  if (error instanceof NoClockError) {
    const remedy = 'A rule is loaded once, and asked for as long as it is in use: read `context.now` in check.';
    return unloadableRule(sourceOf(file), 'one that asks what time it is', remedy);
  }
  // There was no memory for another engine.
  if (error instanceof RangeError)
    return {
      ...unloadableRule(sourceOf(file), messageOf(error), 'Try again: there was too little memory.'),
      mayPass: true,
    };
  throw error;
}
