import type { Finding } from '../engine/evaluate.ts';
import { sentence, type Tell } from './sentence.ts';

const MAX_LENGTH = 256;
/** Past 4,096 characters in all, the API server cuts warnings, then drops them. */
const MAX_WARNINGS = 15;

/** A warning per finding, each ending in the rule's name; the last says how many were left out. */
export function warnings(findings: readonly Finding[], tell: Tell = sentence): readonly string[] {
  if (findings.length <= MAX_WARNINGS) return findings.map((finding) => warning(finding, tell));
  const told = findings.slice(0, MAX_WARNINGS - 1).map((finding) => warning(finding, tell));
  return [...told, `… and ${findings.length - told.length} more`];
}

function warning(finding: Finding, tell: Tell): string {
  const end = ` [imagegate: ${finding.rule}]`;
  const text = tell(finding);
  return text.length + end.length <= MAX_LENGTH ? text + end : `${text.slice(0, MAX_LENGTH - end.length - 3)}...${end}`;
}
