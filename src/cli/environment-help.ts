import { SETTINGS } from '../gate/settings.ts';

/** The environment variables, for `--help`. */
export function environmentHelp(): string {
  const rows = [...SETTINGS, ...POLICY];
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(
    ({ name, meaning, byDefault }) => `  ${name.padEnd(width)}  ${meaning} (default: ${byDefault})`,
  );
  return `\nEnvironment:\n${lines.join('\n')}\n`;
}

/** The policy's keys, which POLICY_DIR can hold instead. */
const POLICY = [
  {
    name: 'ALLOWED_REGISTRIES',
    byDefault: 'docker.io,gcr.io',
    meaning: 'registries that images may come from; * for all',
  },
  { name: 'BLOCKED_TAGS', byDefault: 'staging,latest', meaning: 'tags that are denied; * matches any characters' },
  { name: 'DISABLE_EMPTY_TAG', byDefault: 'true', meaning: 'whether images without a tag are denied: true, false' },
  {
    name: 'HINTS',
    byDefault: 'false',
    meaning: 'whether a denial names the image that was probably meant: true, false',
  },
  {
    name: 'RULE_<NAME>',
    byDefault: 'deny, for some built-in rules off',
    meaning: 'what a rule does on a violation: deny, warn, audit, off; RULE_BLOCKED_TAGS is that of blocked-tags',
  },
  { name: 'ENFORCEMENT', byDefault: 'deny', meaning: 'the most that any rule does: deny, warn, audit' },
];
