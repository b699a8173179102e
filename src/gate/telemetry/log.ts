import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Settings } from '../settings.ts';
import { LineWriter } from './line-writer.ts';

/** A message may name fields of a stranger's choice; so many characters of it are logged. */
export const MAX_LOGGED_MESSAGE = 512;

export interface Log {
  readonly logger: Logger;
  /** Resolves when all that was logged is written, or cannot be. */
  readonly flush: () => Promise<void>;
}

export interface LogOptions extends Pick<Settings, 'logLevel' | 'logFormat'> {
  /** A file descriptor; the standard output by default. */
  readonly fd?: number;
}

/** The longest wait for a reader that stalls. Node itself then waits at exit, until the kubelet ends the process. */
const MAX_FLUSH_MS = 2000;

/** Makes the log: JSON, a line each, many written at once and never synchronously; or text for a person, line by line. */
export function createLog({ logLevel, logFormat, fd = 1 }: LogOptions): Log {
  const options = {
    level: logLevel,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (logFormat === 'text') {
    // A destination that fails, on a full disk, say, is no reason to stop judging.
    const destination = pino.destination({ fd, sync: true }).on('error', () => {});
    const lines: DestinationStream = { write: (line) => destination.write(textLine(line)) };
    return { logger: pino(options, lines), flush: async () => {} };
  }
  const lines = new LineWriter(fd);
  return { logger: pino(options, lines), flush: async () => Promise.race([lines.flush(), soon()]) };
}

/** The end of the longest wait; nothing is kept alive by it. */
async function soon(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, MAX_FLUSH_MS).unref();
  });
}

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
