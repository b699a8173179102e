import { layers, type RuleSettings } from '../../engine/layers.ts';
import { type ActiveAction, limitedAction, type RuleSetting } from '../../engine/policy.ts';
import type { Ruleset } from '../../engine/ruleset.ts';
import { type Location, locationText } from '../../mistake/mistake.ts';
import { type KnownRule, optionsInForce } from '../rules-in-force.ts';

/** The place of what is not configured. */
const DEFAULT = 'default';

/** A part of a setting in force. */
export interface Part {
  readonly value: unknown;
  /** Where it is configured, as in a mistake: `policy.yaml:3:5 profiles.prod.rules.blocked-tags.action`; or `default`. */
  readonly from: string;
}

/** A setting in force, part by part. Of one that is off there is the action alone. */
export interface SettingParts {
  readonly action: Part;
  readonly options?: Readonly<Record<string, Part>>;
  readonly namespaces?: Part;
  readonly images?: Part;
  readonly message?: Part;
}

/** A namespace, and the profile that its label names. */
export interface Place {
  readonly namespace: string;
  readonly profile?: string | undefined;
}

/** The merged settings in a place, those that are off as well, whose selection has none of them. */
export function settingsIn({ policy, overrides, profiles }: Ruleset, { namespace, profile = '' }: Place): RuleSettings {
  // Everywhere is the first; of the overrides, the first that matches counts.
  const index = overrides.findIndex(({ matches }) => matches(namespace)) + 1;
  return layers(policy).selections.get(profiles.has(profile) ? profile : undefined)![index]!;
}

/** @param enforcement the most that any rule does */
export function settingParts(setting: RuleSetting, rule: KnownRule, enforcement: ActiveAction): SettingParts {
  const { action: configured = rule.action ?? 'deny', sources } = setting;
  const value = limitedAction(configured, enforcement);
  const from = placeOf(setting.actionSource);
  const action = { value, from: value === configured ? from : `ENFORCEMENT, in place of ${configured} (${from})` };
  if (value === 'off') return { action };
  const options = Object.entries(optionsInForce(setting, rule)).map(
    ([option, one]) => [option, { value: one, from: placeOf(sources[option]) }] as const,
  );
  return {
    action,
    ...(options.length > 0 && { options: Object.fromEntries(options) }),
    ...scopePart(setting, 'namespaces'),
    ...scopePart(setting, 'images'),
    ...scopePart(setting, 'message'),
  };
}

/** Where the parts are configured; none for what is by default. */
export function placesOf({ action, options = {}, ...scope }: SettingParts): readonly string[] {
  const places = [action, ...Object.values(options), ...Object.values(scope)].map(({ from }) => from);
  return places.filter((place) => place !== DEFAULT);
}

function scopePart(setting: RuleSetting, key: 'namespaces' | 'images' | 'message'): Readonly<Record<string, Part>> {
  const value = setting[key];
  return value === undefined ? {} : { [key]: { value, from: placeOf(setting[`${key}Source`]) } };
}

function placeOf(place: Location | undefined): string {
  return place === undefined ? DEFAULT : locationText(place);
}
