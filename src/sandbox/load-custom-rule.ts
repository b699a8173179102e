import { Ajv } from 'ajv';
import { basename, extname, posix } from 'node:path';
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

/** What a rule is loaded with. */
export interface Loading {
  readonly parts: GuestParts;
  /** For each selection the options by rule; a rule that is not there has its defaults. */
  readonly settings: readonly ReadonlyMap<string, RuleOptions>[];
  readonly remembered: Remembered<CustomAnswer>;
  readonly watch: RuleWatch;
}

export type LoadedRule = { readonly rule: CustomRule } | { readonly mistakes: readonly Mistake[] };

type ImportMistakes = ReturnType<typeof importMistakes>;

/** What evaluating a file and all that it imports may use; then what it says of itself, and each of its preparations. */
export const LOAD_STEPS = 1_000_000;
const RULE_MODULE = 'imagegate/rule';
const OURS = 'imagegate/';
const DEFAULTS: RuleOptions = { options: {}, sources: {} };

/** What says that a rule takes no options; without the meta-schema, which takes some 30 ms to compile. */
const noOptions = new Ajv({ allErrors: true, meta: false, validateSchema: false });

/** The one instance that judges options; made when the first rule has some. */
let judge: Guest | undefined;

/** Loads a rule, step by step: whoever has other things to do does them in between. */
export function* loadCustomRule(file: RuleFile, folder: SourceFolder, loading: Loading): Generator<void, LoadedRule> {
  const told = importMistakes(file, folder);
  try {
    const host = new CheckHost((level, line) => loading.watch.print(file.name, level, line));
    const guest = new Guest(loading.parts, 'rule', Object.assign(host, modulesOf(folder)));
    const evaluated = evaluate(guest, file, told);
    if (evaluated !== undefined) return { mistakes: [evaluated] };
    yield;
    const { mistakes, ...described } = readDescription(guest.ask('describe', JSON.stringify(file), LOAD_STEPS));
    if (mistakes.length > 0) return { mistakes };
    yield;
    const { distinct, places } = distinctOptions(file.name, loading.settings);
    const wrong = yield* prepare(guest, sourceOf(file), described.schema, distinct, loading.parts);
    if (wrong.length > 0) return { mistakes: distinctMistakes(wrong) };
    guest.keep();
    const { description = '', action } = described;
    const summary = { name: file.name, description, ...(action && { action }) };
    return { rule: new SandboxedRule({ summary, guest, host, places, ...loading }) };
  } catch (error) {
    return { mistakes: [mistakeOf(error, file, told)] };
  }
}

/** What a rule can import: what lies beside its file, and ours. */
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

/** What keeps the file from being a module, if anything does. */
function evaluate(guest: Guest, file: RuleFile, told: ImportMistakes): Mistake | undefined {
  const load = `import * as rule from ${JSON.stringify(basename(file.path))};accept(rule);`;
  const evaluated = guest.run(LOAD_STEPS, () => guest.engine.evaluate(`${OURS}load`, load));
  if (evaluated === 'done') return undefined;
  if (evaluated === 'pending') return told.ofEnd('it waits for something that never comes');
  return told.ofError(readError(guest.tell(evaluated.thrown, LOAD_STEPS)));
}

/** The options of a rule that differ, and for each selection the place of its own among them: mostly those of everywhere. */
function distinctOptions(name: string, settings: Loading['settings']) {
  const placeByText = new Map<string, number>();
  const distinct: RuleOptions[] = [];
  const places = settings.map((selection) => {
    const { options, sources } = selection.get(name) ?? DEFAULTS;
    const text = JSON.stringify([options, sources]);
    const place = placeByText.get(text) ?? distinct.push({ options, sources }) - 1;
    placeByText.set(text, place);
    return place;
  });
  return { distinct, places };
}

/** Has the rule prepare options, each with steps of their own, and collects what is wrong with them. */
function* prepare(
  guest: Guest,
  source: Source,
  schema: OptionsSchema | undefined,
  distinct: readonly RuleOptions[],
  parts: GuestParts,
): Generator<void, readonly Mistake[]> {
  const mistakes: Mistake[] = [];
  if (schema !== undefined) judge ??= new Guest(parts, 'options');
  for (const options of distinct) {
    yield;
    const [valid] = validOptions(schema, options, source);
    yield;
    if ('mistakes' in valid!) mistakes.push(...valid.mistakes);
    else mistakes.push(...readMistakes(guest.ask('prepare', JSON.stringify(valid), LOAD_STEPS)));
  }
  return mistakes;
}

/** A rule's own schema is judged by where rules run: a pattern in it may take for ever. That there is none is ours to say. */
function validOptions(schema: OptionsSchema | undefined, options: RuleOptions, source: Source) {
  const settings = [options];
  if (schema === undefined || judge === undefined) return validateOptions(schema, settings, noOptions, source);
  judge.putBack();
  return readOptions(judge.ask('validate', JSON.stringify({ schema, settings, source }), LOAD_STEPS));
}

function mistakeOf(error: unknown, file: RuleFile, told: ImportMistakes): Mistake {
  if (error instanceof GuestEnd) return told.ofEnd(error.message);
  if (error instanceof ImportRefusedError) return told.ofRefusedImport(error);
  if (error instanceof SourceProblemError) return told.ofSource(error);
  if (error instanceof NoClockError) {
    const remedy = 'A rule is loaded once, and asked for as long as it is in use: read `context.now` in check.';
    return unloadableRule(sourceOf(file), 'one that asks what time it is', remedy);
  }
  // There was no memory for one more engine.
  if (error instanceof RangeError)
    return {
      ...unloadableRule(sourceOf(file), messageOf(error), 'Try again: there was too little memory.'),
      mayPass: true,
    };
  throw error;
}
