import type { Host } from './host.ts';

const LEVELS = { log: 'info', info: 'info', debug: 'info', warn: 'warn', error: 'error' } as const;

/** What `console` is for a rule: a line of the gate's log. */
export function guestConsole(host: Host): object {
  const methods = Object.entries(LEVELS).map(([name, level]) => {
    const print = (...values: readonly unknown[]): void => host.log(level, values.map(inWords).join(' '));
    return [name, print] as const;
  });
  return Object.fromEntries(methods);
}

function inWords(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
