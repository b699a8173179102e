import { SETTINGS } from '../gate/settings.ts';

/** What can be set, as a part of `--help`. */
export function environmentHelp(): string {
  const rows = [...SETTINGS, ...POLICY];
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(
    ({ name, meaning, byDefault }) => `  ${name.padEnd(width)}  ${meaning} (default: ${byDefault})`,
  );
  return `\nEnvironment:\n${lines.join('\n')}\n`;
}

/** The policy's keys; a ConfigMap that is mounted at POLICY_DIR can hold them instead, and there a change is live. */
const POLICY = [
  {
    name: 'ALLOWED_REGISTRIES',
    byDefault: 'docker.io,gcr.io',
    meaning: 'registries that images may come from; * for all',
  },
  { name: 'BLOCKED_TAGS', byDefault: 'staging,latest', meaning: 'tags that are denied; * matches any characters' },
  { name: 'DISABLE_EMPTY_TAG', byDefault: 'true', meaning: 'whether images without a tag are denied: true, false' },
  {
    name: 'RULE_<NAME>',
    byDefault: 'by the rule',
    meaning: 'what a rule does, such as RULE_BLOCKED_TAGS: deny, warn, audit, off',
  },
  { name: 'ENFORCEMENT', byDefault: 'deny', meaning: 'the most that any rule may do: deny, warn, audit' },
];
