import { Document, isPair, isScalar, visit } from 'yaml';
import { lastDay } from '../engine/exemptions.ts';
import type { Exemption } from '../engine/policy.ts';
import type { Ruleset, Selection } from '../engine/ruleset.ts';
import { type KnownRule, rulesInForce } from './rules-in-force.ts';

/** A heading, and what stands below it. */
type Section = readonly [heading: string, value: object];

const DAYS_AHEAD = 30;
const DAY_MS = 86_400_000;

/**
 * What is in force, in sections that are YAML as policy.yaml has it: the rules everywhere; what differs by profile and
 * namespace, each over the sections before it; exemptions by when they end.
 *
 * @param now in milliseconds since 1970
 */
export function policyReport(ruleset: Ruleset, rules: readonly KnownRule[], now: number): string {
  const sections = [...ruleSections(ruleset, rules), ...exemptionSections(ruleset.policy.exemptions, now)];
  return sections.map(([heading, value]) => sectionText(heading, yamlOf(value))).join('\n');
}

/** @param yaml what stands below the heading */
export function sectionText(heading: string, yaml: string): string {
  return `${heading}:\n\n${yaml.replaceAll(/^/gm, '  ').trimEnd()}\n`;
}

/** The exemptions by when they end, as `policyReport` has them. @param now in milliseconds since 1970 */
export function exemptionReport(exemptions: readonly Exemption[], now: number): string {
  const sections = exemptionSections(exemptions, now);
  return sections.map(([heading, value]) => `\n${sectionText(heading, yamlOf(value))}`).join('');
}

function ruleSections(ruleset: Ruleset, known: readonly KnownRule[]): readonly Section[] {
  const inForce = (selection: Selection): Rules => rulesInForce(selection, known);
  const everywhere = inForce(ruleset.everywhere);
  const places = ruleset.policy.namespaces.map(({ names }) => `In the namespaces ${names.join(', ')}`);
  const byNamespace = ruleset.overrides.map(({ selection }) => differing(everywhere, inForce(selection)));
  const byProfile = [...ruleset.profiles].map(([profile, { everywhere: selection, overrides }]) => {
    const rules = inForce(selection);
    // What one would expect there is told already.
    const mixed = overrides.map((override, index) => {
      const expected = new Map([...rules, ...byNamespace[index]!]);
      return section(`${places[index]} of the profile ${profile}`, differing(expected, inForce(override.selection)));
    });
    return { own: section(`In the profile ${profile}`, differing(everywhere, rules)), mixed };
  });
  return [
    section('Everywhere', everywhere),
    ...byProfile.map(({ own }) => own),
    ...places.map((place, index) => section(place, byNamespace[index]!)),
    ...byProfile.flatMap(({ mixed }) => mixed).filter(([, { rules }]) => rules.size > 0),
  ];
}

type Rules = ReadonlyMap<string, unknown>;

function section(heading: string, rules: Rules): readonly [string, { readonly rules: Rules }] {
  return [heading, { rules }];
}

function differing(below: Rules, rules: Rules): Rules {
  return new Map([...rules].filter(([name, rule]) => JSON.stringify(rule) !== JSON.stringify(below.get(name))));
}

function exemptionSections(exemptions: readonly Exemption[], now: number): readonly Section[] {
  const sections = [
    { heading: `Exemptions that hold for more than ${DAYS_AHEAD} days`, from: now + DAYS_AHEAD * DAY_MS, to: Infinity },
    { heading: `Exemptions that end within ${DAYS_AHEAD} days`, from: now, to: now + DAYS_AHEAD * DAY_MS },
    { heading: 'Exemptions that have ended and cover nothing', from: -Infinity, to: now },
  ];
  return sections.flatMap(({ heading, from, to }): readonly Section[] => {
    const within = exemptions.filter(({ expires }) => expires > from && expires <= to);
    return within.length === 0 ? [] : [[heading, { exemptions: within.map(exemptionEntry) }]];
  });
}

/** An exemption in the form of policy.yaml. */
export type ExemptionEntry = Omit<Exemption, 'expires' | 'ruleSources'> & { readonly expires: string };

export function exemptionEntry(exemption: Exemption): ExemptionEntry {
  const { name, reason, owner, expires: _, ruleSources: __, ...conditions } = exemption;
  return { name, reason, owner, expires: lastDay(exemption), ...conditions };
}

/** A list or an object of nothing but scalars is on one line. */
function yamlOf(value: object): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Collection: (_, node) => {
      node.flow = node.items.every((item) => isScalar(isPair(item) ? item.value : item));
    },
  });
  return document.toString({ lineWidth: 0, singleQuote: true });
}
