import type { Exemption } from '../engine/exemptions.ts';
import type { Finding } from '../engine/finding.ts';
import { printable } from '../mistake/printable.ts';

const MS_PER_DAY = 86_400_000;
/** This many days before an exemption ends, whoever uses it is told. */
const DAYS_AHEAD = 7;

/** A warning for each exemption that was used and is about to end. */
export function expiryWarnings(findings: readonly Finding[], now: number): readonly string[] {
  const used = new Set<Exemption>();
  for (const { exemption } of findings) if (exemption !== undefined) used.add(exemption);
  return [...used]
    .filter(({ expires }) => expires - now <= DAYS_AHEAD * MS_PER_DAY)
    .map(({ name, owner, expires }) => {
      // It ends when the day does.
      const day = new Date(expires - 1).toISOString().slice(0, 10);
      const text = `The exemption ${name} ends after ${day} (UTC) and covers nothing from then on. It is kept by ${owner}.`;
      return `${printable(text, 230)} [imagegate]`;
    });
}
