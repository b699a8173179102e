import { globMatcher } from '../../image/glob.ts';
import type { ReadSetting, Unit } from './unit.ts';

/** A setting of a rule, of one unit or of several that say the same. */
export interface MergedSetting extends ReadSetting, Pick<Unit, 'action' | 'message' | 'namespaces' | 'excluded'> {
  readonly units: readonly Unit[];
}

/** By the name of the rule. */
export type MergedRules = ReadonlyMap<string, readonly MergedSetting[]>;

/** What differs where some settings do not judge: those that are left there. */
export interface MergedOverride {
  readonly names: readonly string[];
  readonly rules: MergedRules;
}

/** Several units as one policy. */
export interface MergedPolicy {
  readonly rules: MergedRules;
  readonly overrides: readonly MergedOverride[];
  /** The units whose exempt images are exempted. */
  readonly exempting: readonly Unit[];
}

/** Exempt images that cannot be exempted are left out. */
export function mergedPolicy(units: readonly Unit[]): MergedPolicy {
  const rules = mergedRules(units);
  return { rules, overrides: mergedOverrides(rules), exempting: units.filter((unit) => mayExempt(unit, units)) };
}

/** The settings of all units by their rule: each judges for itself, as each of the policies did. */
function mergedRules(units: readonly Unit[]): MergedRules {
  const distinct = new Map<string, MergedSetting>();
  for (const unit of units) {
    const { action, message, namespaces, excluded } = unit;
    for (const setting of unit.settings) {
      const merged = { ...setting, action, message, namespaces, excluded };
      const text = JSON.stringify(merged);
      distinct.set(text, { ...merged, units: [...new Set([...(distinct.get(text)?.units ?? []), unit])] });
    }
  }
  const names = new Set([...distinct.values()].map(({ rule }) => rule));
  return new Map([...names].map((name) => [name, [...distinct.values()].filter(({ rule }) => rule === name)]));
}

/**
 * The entries for namespaces that units leave out. The first entry that matches counts, so what is within another pattern
 * comes before it.
 */
function mergedOverrides(rules: MergedRules): readonly MergedOverride[] {
  const patterns = [...rules.values()].flat().flatMap(({ excluded }) => excluded);
  const overrides: { names: string[]; rules: MergedRules; text: string }[] = [];
  for (const pattern of [...new Set(patterns)].toSorted((a, b) => literalLength(b) - literalLength(a))) {
    const isOut = ({ excluded }: MergedSetting): boolean => excluded.some((outer) => globMatcher(outer)(pattern));
    const fewer = [...rules].filter(([, settings]) => settings.some(isOut));
    const left = new Map(fewer.map(([name, settings]) => [name, settings.filter((setting) => !isOut(setting))]));
    const text = JSON.stringify([...left].map(([name, settings]) => [name, settings.length]));
    const last = overrides.at(-1);
    if (last?.text === text) last.names.push(pattern);
    else overrides.push({ names: [pattern], rules: left, text });
  }
  return overrides;
}

function literalLength(pattern: string): number {
  return pattern.replaceAll('*', '').length;
}

/** An exemption covers all settings of a rule, so no other unit may have one. */
function mayExempt(unit: Unit, units: readonly Unit[]): boolean {
  if (unit.exempt === undefined) return false;
  const { images, part } = unit.exempt;
  const rules = new Set(unit.settings.map(({ rule }) => rule));
  const other = units.find(
    ({ settings, exempt }) =>
      settings.some(({ rule }) => rules.has(rule)) && JSON.stringify(exempt?.images) !== JSON.stringify(images),
  );
  if (other === undefined) return true;
  const remedy = `An exemption would hold for ${other.name} too: write it by hand, if it may.`;
  part.leave({ expected: 'images to exempt from rules that nothing else sets', remedy });
  return false;
}
