// What the engine offers besides the language, before a rule is loaded.

/** The host functions. A rule cannot reach them. */
export interface Host {
  /** A part of the context as JSON; empty if absent. */
  read(path: string): string;
  log(level: 'info' | 'warn' | 'error', text: string): void;
}

/** Takes the host functions off the global object, so that no rule can call them. */
export function takeHost(): Host {
  const { host } = globalThis as unknown as { host: Host };
  Reflect.deleteProperty(globalThis, 'host');
  return host;
}

/** Exposes functions to the gate: each takes and returns a string. */
export function offer(functions: Readonly<Record<string, (text: string) => string>>): void {
  Object.assign(globalThis, { guest: functions });
}

const LEVELS = { log: 'info', info: 'info', debug: 'info', warn: 'warn', error: 'error' } as const;

/** The `console` of a rule: it writes to the gate's log. */
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
