/** What pino wrote as JSON. */
interface Entry {
  readonly level: string;
  readonly time: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** Needs no quotes in a field: what names, numbers, paths and references consist of. */
const PLAIN = /^[\w.:/@+,-]+$/;

/** A line of the log for a person: `time: message`, then the fields as `name=value`. Levels above info are named. */
export function textLine(json: string): string {
  const { level, time, msg = '', ...fields } = JSON.parse(json) as Entry;
  const words = [`${time}:`];
  if (level !== 'info') words.push(`${level}:`);
  if (msg !== '') words.push(msg);
  for (const [name, value] of Object.entries(fields)) words.push(`${name}=${fieldText(value)}`);
  return `${words.join(' ')}\n`;
}

function fieldText(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' && PLAIN.test(item)))
    return value.join(',');
  return typeof value === 'string' && PLAIN.test(value) ? value : JSON.stringify(value);
}
