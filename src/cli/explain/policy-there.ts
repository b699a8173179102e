import { Document, type Node } from 'yaml';
import { DEFAULT_SETTINGS } from '../../engine/layers.ts';
import { VALID_REFERENCE } from '../../engine/policy.ts';
import { globMatcher } from '../../image/glob.ts';
import { DEFAULT_NAMESPACE } from '../../manifest/admission-request.ts';
import { printable } from '../../mistake/printable.ts';
import type { Output } from '../mistakes-block.ts';
import type { PlacedImage } from '../pod-review.ts';
import { exemptionEntry, exemptionReport, sectionText } from '../policy-report.ts';
import type { PolicyPaths, TriedPolicy } from '../tried-policy.ts';
import { triedOrTold } from './explain.ts';
import { type Part, type Place, settingParts, type SettingParts, settingsIn } from './setting-parts.ts';

export interface PolicyThereOptions extends Output, PolicyPaths, Pick<PlacedImage, 'namespace' | 'profile'> {
  readonly format: 'text' | 'json';
  /** In milliseconds since 1970. */
  readonly now: number;
}

/**
 * `imagegate policy`: what holds in a namespace, and where each part of it is configured. Resolves with the exit code: 2 if
 * the gate would not use the policy.
 */
export async function policyThere(options: PolicyThereOptions): Promise<0 | 2> {
  const { namespace = DEFAULT_NAMESPACE, profile, format, now, write } = options;
  const tried = await triedOrTold(options);
  if (tried === undefined) return 2;
  const { profiles, policy } = tried.ruleset;
  const rules = rulesThere(tried, { namespace, profile });
  const exemptions = policy.exemptions.filter((exemption) => isThere(exemption, namespace));
  const notice =
    profile === undefined || profiles.has(profile)
      ? undefined
      : `The policy has no profile ${printable(profile, 63)}, so there holds what does without one.`;
  if (format === 'json') {
    const all = { namespace, profile, notice, rules, exemptions: exemptions.map(exemptionEntry) };
    write(`${JSON.stringify(all, null, 2)}\n`);
  } else {
    const warning = notice === undefined ? '' : `Warning: ${notice}\n\n`;
    write(warning + sectionText(heading({ namespace, profile }), yamlOf(rules)) + exemptionReport(exemptions, now));
  }
  return 0;
}

type Rules = Readonly<Record<string, readonly SettingParts[]>>;

function rulesThere({ ruleset, rules }: TriedPolicy, place: Place): Rules {
  const settings = settingsIn(ruleset, place);
  const { enforcement } = ruleset.policy;
  const all = [{ name: VALID_REFERENCE }, ...rules].map((rule) => {
    const ofRule = settings.get(rule.name)?.settings ?? DEFAULT_SETTINGS;
    const there = ofRule.filter((setting) => isThere(setting, place.namespace));
    return [rule.name, there.map((setting) => settingParts(setting, rule, enforcement))] as const;
  });
  return Object.fromEntries(all);
}

/** Whether patterns of namespaces match; absent, they match all. */
function isThere({ namespaces }: { readonly namespaces?: readonly string[] }, namespace: string): boolean {
  return namespaces?.some((pattern) => globMatcher(pattern)(namespace)) ?? true;
}

function heading({ namespace, profile }: Place): string {
  return printable(
    `In the namespace ${namespace}${profile === undefined ? '' : `, with the profile ${profile}`}`,
    1024,
  );
}

/** The rules as policy.yaml has them, each part with a comment that says where it is from. */
function yamlOf(rules: Rules): string {
  const document = new Document();
  const partNode = ({ value, from }: Part): Node => {
    const node = document.createNode(value, { flow: true });
    node.comment = ` ${printable(from, 1024)}`;
    return node;
  };
  const settingNode = ({ options, ...parts }: SettingParts): object => ({
    action: partNode(parts.action),
    ...(options && { options: mapped(options, partNode) }),
    ...mapped(parts, partNode),
  });
  document.contents = document.createNode({
    rules: mapped(rules, (settings) => (settings.length === 1 ? settingNode(settings[0]!) : settings.map(settingNode))),
  });
  return document.toString({ lineWidth: 0, singleQuote: true });
}

function mapped<T>(from: Readonly<Record<string, T>>, make: (value: T) => object): Readonly<Record<string, object>> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, make(value)]));
}
