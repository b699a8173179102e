import { review } from '../../src/admission/review.ts';
import type { Ruleset } from '../../src/engine/ruleset.ts';
import { editedText } from '../../src/fix/edit.ts';
import { Fixes } from '../../src/fix/fixes.ts';
import { replacementFinder, type Replacements } from '../../src/fix/replacements.ts';
import { admissionRequestOf } from '../../src/manifest/admission-request.ts';
import { type ManifestObject, manifestItems } from '../../src/manifest/manifest-items.ts';
import { mistakeText } from '../../src/mistake/mistake.ts';
import { chunks } from '../manifest/chunks.ts';
import { BUILT_IN } from '../ruleset.ts';

const NOW = Date.parse('2026-11-29T14:00:00Z');

/** How many findings there are about an object, and what would replace its images. */
export function judgedBy(ruleset: Ruleset) {
  const find = replacementFinder(
    ruleset,
    ({ name, setting }) => {
      const schema = BUILT_IN.find(({ meta }) => meta.name === name)?.meta.schema;
      const properties: Readonly<Record<string, { readonly default?: unknown }>> = schema?.properties ?? {};
      const byDefault = Object.entries(properties).map(([key, { default: value }]) => [key, value]);
      return { ...Object.fromEntries(byDefault), ...setting.options };
    },
    NOW,
  );
  return (item: Pick<ManifestObject, 'object' | 'request'>): { found: number; replacements: Replacements } => {
    const request = item.request ?? admissionRequestOf(item.object, {});
    const reviewed = review(request, ruleset, { now: NOW });
    return { found: reviewed.findings.length, replacements: find({ request, review: reviewed }) };
  };
}

/** A file as it is fixed, what cannot be, and how many findings there were. */
export async function fixed(text: string, ruleset: Ruleset) {
  const fixes = new Fixes();
  const judged = judgedBy(ruleset);
  let findings = 0;
  for await (const item of manifestItems(chunks(text), 'x.yaml')) {
    if (!('object' in item)) continue;
    const { found, replacements } = judged(item);
    findings += found;
    for (const replacement of replacements.values()) fixes.add(item, replacement);
  }
  const { edits, unfixed } = fixes.all();
  return { text: editedText(text, edits), told: unfixed.map(mistakeText), edits, findings };
}
