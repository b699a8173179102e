// What is there inside of the engine beside the language, before a rule comes.

/** What the gate answers to what runs inside. A rule cannot reach it. */
export interface Host {
  /** A part of the context as JSON; empty where it is not there. */
  read(path: string): string;
  log(level: 'info' | 'warn' | 'error', text: string): void;
}

/** Takes the gate's functions from where they were put, so that they are there for nobody else. */
export function takeHost(): Host {
  const { host } = globalThis as unknown as { host: Host };
  Reflect.deleteProperty(globalThis, 'host');
  return host;
}

/** Hands the functions over that the gate calls: a text each in, and one out. */
export function offer(functions: Readonly<Record<string, (text: string) => string>>): void {
  Object.assign(globalThis, { guest: functions });
}

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
