import { createRequire } from 'node:module';
import gt from 'semver/functions/gt.js';
import { type Location, type Mistake, shown } from '../mistake/mistake.ts';

/** The version of this gate. */
export const VERSION = (createRequire(import.meta.url)('imagegate/package.json') as { readonly version: string })
  .version;

/** A number has at most nine digits: larger ones are no version to semver. */
export const VERSION_PATTERN = '^(?:(?:0|[1-9][0-9]{0,8})[.]){2}(?:0|[1-9][0-9]{0,8})$';

/** What a policy for a newer gate is told beside its mistakes, which may be none to that gate; `undefined` for others. */
export function newerVersion(version: unknown, where: Location): Mistake | undefined {
  const isNewer = typeof version === 'string' && new RegExp(VERSION_PATTERN).test(version) && gt(version, VERSION);
  if (!isNewer) return undefined;
  return {
    code: 'policy-version-newer',
    ...where,
    expected: `a policy for ImageGate ${VERSION}, which this is, or older`,
    found: shown(version),
    remedy: 'What this gate does not know, that version may: update the gate, or take it out of the policy.',
  };
}
