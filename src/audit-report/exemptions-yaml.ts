import { createHash } from 'node:crypto';
import { TRUSTING } from '../engine/exemptions.ts';
import { VALID_REFERENCE } from '../engine/policy.ts';
import { fullReference } from '../image/full-reference.ts';
import { readReference } from '../image/read-reference.ts';
import { type ImageReference, InvalidReferenceError } from '../image/reference.ts';
import { objectName, type Owner } from '../manifest/owners.ts';
import { printable } from '../mistake/printable.ts';
import type { OwnedFinding, OwnerFindings } from './audited.ts';

/** What each exemption says beside what it is for. */
export interface ExemptionTerms {
  readonly owner: string;
  /** `YYYY-MM-DD`, or `never`. */
  readonly expires: string;
  readonly reason: string;
}

/** Exemptions for a policy.yaml. */
export interface ExemptionsYaml {
  readonly text: string;
  /** How many there are. */
  readonly count: number;
  /** What no exemption covers, in words. */
  readonly left: readonly string[];
}

/** Which findings to exempt from, and how the policy reads images without a registry where it trusts registries. */
export interface Exempting {
  readonly isMeant: (finding: OwnedFinding) => boolean;
  readonly unqualified: 'docker.io' | 'untrusted';
}

/**
 * One exemption for each owner and image, as narrow as can be said: its namespace, its reference, the rules that it violates.
 * What none can be written for is a comment.
 */
export function exemptionsYaml(
  owners: readonly OwnerFindings[],
  terms: ExemptionTerms,
  { isMeant, unqualified }: Exempting,
): ExemptionsYaml {
  const [entries, left]: [string[], string[]] = [[], []];
  for (const { owner, findings } of owners) {
    const meant = findings.filter(isMeant);
    for (const image of new Set(meant.map((finding) => finding.image))) {
      const reference = readReference(image ?? '');
      const isRead = !(reference instanceof InvalidReferenceError);
      const ofImage = meant.filter((finding) => finding.image === image);
      const covered = isRead ? ofImage.filter((finding) => isCovered(finding, reference, unqualified)) : [];
      if (isRead && covered.length > 0) entries.push(entryOf(owner, reference, covered, terms));
      for (const finding of ofImage)
        if (!covered.includes(finding)) left.push(`${objectName(owner)}: ${printable(finding.text, 1024)}`);
    }
  }
  const comments = left.map((one) => `# Left out: ${one}\n`).join('');
  const text = entries.length === 0 ? 'exemptions: []\n' : `exemptions:\n${entries.join('')}`;
  return { text: comments + text, count: entries.length, left };
}

/** From rules that trust registries an image without one is exempt only by its namespace, which is for people to decide. */
function isCovered({ rule }: OwnedFinding, reference: ImageReference, unqualified: Exempting['unqualified']): boolean {
  if (rule === VALID_REFERENCE) return false;
  return reference.registry !== undefined || unqualified === 'docker.io' || !TRUSTING.includes(rule);
}

function entryOf(
  owner: Owner,
  reference: ImageReference,
  findings: readonly OwnedFinding[],
  { owner: keeper, expires, reason }: ExemptionTerms,
): string {
  const pattern = fullReference(reference);
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  const containers = [...new Set(findings.map(({ container }) => container))].join(', ');
  const written = [owner.kind, owner.namespace, owner.name, pattern, rules, expires].join(' ');
  const hash = createHash('sha256').update(written).digest('hex').slice(0, 8);
  const words = `x ${owner.namespace} ${owner.name}`.toLowerCase().split(/[^a-z0-9]+/);
  const name = words
    .filter((word) => word !== '')
    .join('-')
    .slice(2, 52)
    .replace(/^[^a-z]+|-+$/g, '');
  return `  # ${objectName(owner)}, container ${printable(containers)}: ${printable(reference.raw)}
  - name: ${[name || 'audited', `x${hash}`].join('-')}
    reason: ${JSON.stringify(reason)}
    owner: ${JSON.stringify(keeper)}
    expires: ${expires}
    rules: [${rules.join(', ')}]
    namespaces: [${JSON.stringify(owner.namespace)}]
    images: [${JSON.stringify(pattern)}]
`;
}
