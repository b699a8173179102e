import { type Location, type Mistake, shown } from '../mistake/mistake.ts';
import type { Policy, RuleEntries, RuleEntry, RuleOptions, RuleSetting } from './policy.ts';

/** A setting, and the index of its options among the distinct ones of its rule. */
export interface PlacedSetting extends RuleSetting {
  readonly place: number;
}

/** What a rule has in a selection. */
interface MergedEntry {
  readonly entry: RuleEntry;
  /** The entry as namespace overrides find it. */
  readonly anywhere: RuleEntry;
  /** The same object wherever nothing differs. */
  readonly settings: readonly PlacedSetting[];
}

/** The settings by the name of the rule; none for rules that the policy does not name there: `DEFAULT_SETTINGS`. */
export type RuleSettings = Pick<ReadonlyMap<string, MergedEntry>, 'get'>;

/** The policy by profile and namespace, everything merged. */
export interface Layers {
  /** By profile, `undefined` for none: the settings of everywhere, then of each namespace override, in order. */
  readonly selections: ReadonlyMap<string | undefined, readonly RuleSettings[]>;
  /** The distinct options of each rule, which are validated and prepared once: most selections have the same. */
  readonly options: ReadonlyMap<string, readonly RuleOptions[]>;
  /** Entries that cannot be merged. */
  readonly mistakes: readonly Mistake[];
}

const NO_SETTING: RuleSetting = { options: {}, sources: {} };

/** The settings of a rule that the policy does not name. */
export const DEFAULT_SETTINGS: readonly PlacedSetting[] = [{ ...NO_SETTING, place: 0 }];

/** Merges the policy's layers: those of namespaces over those of profiles, and these over what holds everywhere. */
export function layers({ rules, profiles, namespaces }: Policy): Layers {
  const mistakes: Mistake[] = [];
  const merging = new Map<string, RuleLayers>();
  // Holds only its own entries: profiles times overrides may be many.
  const merge = (below: RuleSettings, over: RuleEntries, isOverride = false): RuleSettings => {
    const own = new Map<string, MergedEntry>();
    for (const [name, written] of over) {
      const found = below.get(name);
      const before = isOverride ? found?.anywhere : found?.entry;
      mistakes.push(...unmergeable(name, before, written));
      const ruleLayers = merging.get(name) ?? new RuleLayers(rules.get(name) ?? NO_SETTING);
      merging.set(name, ruleLayers);
      own.set(name, ruleLayers.merged(before, written));
    }
    return { get: (name) => own.get(name) ?? below.get(name) };
  };
  const everywhere = merge(new Map(), rules);
  const inNamespaces = (base: RuleSettings) => [
    base,
    ...namespaces.map((override) => merge(base, override.rules, true)),
  ];
  const selections = new Map<string | undefined, readonly RuleSettings[]>([[undefined, inNamespaces(everywhere)]]);
  for (const [profile, over] of profiles) selections.set(profile, inNamespaces(merge(everywhere, over)));
  return { selections, options: new Map([...merging].map(([name, { options }]) => [name, options])), mistakes };
}

/** Merges the entries of one rule. */
class RuleLayers {
  /** The distinct ones. */
  readonly options: RuleOptions[] = [];
  readonly #places = new Map<string, number>();
  readonly #merged = new Map<RuleEntry | undefined, Map<RuleEntry, MergedEntry>>();

  /** @param first what holds everywhere: place 0 is that of `DEFAULT_SETTINGS` where nothing does */
  constructor(first: RuleEntry) {
    this.#placed(first);
  }

  /** Merges two entries, the same two once: under most profiles, an override finds what it finds without. */
  merged(below: RuleEntry | undefined, over: RuleEntry): MergedEntry {
    const overIt = this.#merged.get(below) ?? new Map<RuleEntry, MergedEntry>();
    this.#merged.set(below, overIt);
    const merged = overIt.get(over) ?? this.#merge(below, over);
    overIt.set(over, merged);
    return merged;
  }

  #merge(below: RuleEntry | undefined, over: RuleEntry): MergedEntry {
    const entry = mergeEntry(below, over);
    return { entry, anywhere: anywhere(entry), settings: this.#placed(entry) };
  }

  #placed(entry: RuleEntry): readonly PlacedSetting[] {
    return [entry].flat().map((setting) => ({ ...setting, place: this.#placeOf(setting) }));
  }

  #placeOf({ options, sources }: RuleOptions): number {
    const text = JSON.stringify([options, sources]);
    const place = this.#places.get(text) ?? this.options.push({ options, sources }) - 1;
    this.#places.set(text, place);
    return place;
  }
}

/**
 * Merges two entries of a rule. A list replaces what is below as a whole. A single setting replaces it key by key and
 * option by option; over a list, in each of its settings.
 */
export function mergeEntry(
  below: RuleEntry | undefined,
  over: Partial<RuleSetting> | readonly RuleSetting[],
): RuleEntry {
  if (isList(over)) return over;
  if (below === undefined || !isList(below)) return mergeSetting(below, over);
  return below.map((setting) => mergeSetting(setting, over));
}

function mergeSetting(below: RuleSetting | undefined, over: Partial<RuleSetting>): RuleSetting {
  const { options = {}, sources = {}, ...rest } = below ?? {};
  return { ...rest, ...over, options: { ...options, ...over.options }, sources: { ...sources, ...over.sources } };
}

/** A single setting without its namespaces: an override says itself where it holds. Those of a list say each where. */
function anywhere(entry: RuleEntry): RuleEntry {
  if (isList(entry) || entry.namespaces === undefined) return entry;
  const { namespaces: _, ...rest } = entry;
  return rest;
}

/** Whether a rule has a list of settings, be it of one. */
export function isList(entry: Partial<RuleSetting> | readonly RuleSetting[]): entry is readonly RuleSetting[] {
  return Array.isArray(entry);
}

/** A single setting over a list speaks of all that are in it: nobody means the same options for each of them. */
function unmergeable(name: string, below: RuleEntry | undefined, over: RuleEntry): readonly Mistake[] {
  if (below === undefined || !isList(below) || isList(over)) return [];
  const { source, options, namespaces, images } = over;
  const keys = Object.entries({ options: Object.keys(options).length > 0 ? options : undefined, namespaces, images });
  const found = keys.filter(([, value]) => value !== undefined).map(([key]) => key);
  if (found.length === 0) return [];
  return [
    {
      code: 'policy-yaml-invalid',
      ...(source ?? whereOf(name, over)),
      ...(below[0]?.source && { other: below[0].source }),
      expected: 'action and message alone over a list of settings',
      found: found.join(', '),
      remedy:
        'It does not say which of the settings it means: write a list here too, which takes the place of that one.',
    },
  ];
}

/** Where a rule is named in the policy. */
export function whereOf(name: string, { source, actionSource, sources }: RuleSetting): Location {
  const [ofOption] = Object.values(sources);
  return actionSource ?? ofOption ?? source ?? { source: { name: 'policy' }, place: `rule ${shown(name)}` };
}
