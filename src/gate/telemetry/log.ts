import { type DestinationStream, type Logger, pino } from 'pino';
import type { Settings } from '../settings.ts';
import { LineWriter } from './line-writer.ts';

/** The most characters logged of a message, which may contain field names of untrusted input. */
export const MAX_LOGGED_MESSAGE = 512;

export interface Log {
  readonly logger: Logger;
  /** Resolves when all lines so far are written or dropped. */
  readonly flush: () => Promise<void>;
}

export interface LogOptions extends Pick<Settings, 'logLevel' | 'logFormat'> {
  /** A file descriptor; the standard output by default. */
  readonly fd?: number;
}

/** The longest wait for a stalled reader. Node itself then waits at exit, until the kubelet kills the process. */
const MAX_FLUSH_MS = 2000;

/** `"time"` in ISO 8601, formatted once a millisecond: pino's own costs one request in a hundred. */
function createTimestamp(): () => string {
  let formattedAt = Number.NaN;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== formattedAt) text = `,"time":"${new Date((formattedAt = now)).toISOString()}"`;
    return text;
  };
}

/** The log: JSON lines, written in batches and asynchronously; or text for a terminal, line by line. */
export function createLog({ logLevel, logFormat, fd = 1 }: LogOptions): Log {
  const options = {
    level: logLevel,
    base: null,
    timestamp: createTimestamp(),
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (logFormat === 'text') {
    // A failing destination, such as a full disk, is no reason to stop judging.
    const destination = pino.destination({ fd, sync: true }).on('error', () => {});
    const lines: DestinationStream = { write: (line) => destination.write(textLine(line)) };
    return { logger: pino(options, lines), flush: async () => {} };
  }
  const lines = new LineWriter(fd);
  return { logger: pino(options, lines), flush: async () => Promise.race([lines.flush(), soon()]) };
}

async function soon(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, MAX_FLUSH_MS).unref();
  });
}

interface Entry {
  readonly level: string;
  readonly time: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** Field values that need no quotes: names, numbers, paths and references. */
const PLAIN = /^[\w.:/@+,-]+$/;

/** A log line as text: `time: message`, then the fields as `name=value`. Any level but info is named. */
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
