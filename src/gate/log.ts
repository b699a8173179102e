import { pino, type DestinationStream, type Logger } from 'pino';
import type { Settings } from './settings.ts';
import { textLine } from './text-line.ts';

export interface Log {
  readonly logger: Logger;
  /** Resolves when all that was logged is written, or cannot be. */
  readonly flush: () => Promise<void>;
}

export interface LogOptions extends Pick<Settings, 'logLevel' | 'logFormat'> {
  /** A file descriptor; the standard output by default. */
  readonly fd?: number;
}

/** Lines are written together when there are this many characters of them, or after a second. */
const BATCH = 16_000;
const BATCH_MS = 1000;
/** A reader that stalls must not make the process grow: beyond these bytes, lines are dropped. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** The longest wait for a reader that stalls. Node itself then waits at exit, until the kubelet ends the process. */
const MAX_FLUSH_MS = 2000;

/** Makes the log: JSON, a line each, many written at once and never synchronously; or text for a person, line by line. */
export function createLog({ logLevel, logFormat, fd = 1 }: LogOptions): Log {
  const options = {
    level: logLevel,
    base: null,
    timestamp: createTimestamp(),
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (logFormat === 'text') {
    const destination = openDestination({ fd, sync: true });
    const lines: DestinationStream = { write: (line) => destination.write(textLine(line)) };
    return { logger: pino(options, lines), flush: async () => {} };
  }
  const batches = createBatches(fd);
  return { logger: pino(options, batches), flush: batches.flush };
}

/** `"time"` in ISO 8601, made once a millisecond. */
function createTimestamp(): () => string {
  let madeAt = Number.NaN;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== madeAt) {
      madeAt = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
}

/** A destination that fails, on a full disk, say, is no reason to stop judging: it is tried again with the next lines. */
function openDestination(options: Parameters<typeof pino.destination>[0]) {
  return pino.destination(options).on('error', () => {});
}

/**
 * Collects lines ahead of pino's destination, which can do so too (`minLength`), yet measures all that it has collected
 * anew for each line: twice the time of making the line.
 */
function createBatches(fd: number): DestinationStream & { readonly flush: () => Promise<void> } {
  // With a minLength of 0, its flush() would not wait.
  const destination = openDestination({ fd, sync: false, minLength: 1, maxLength: MAX_WAITING_BYTES });
  let batch = '';
  let broken = false;
  // Where writing fails for good, its last flush at exit would try forever.
  destination.on('error', () => {
    broken = true;
    destination.destroy();
  });
  const write = (): void => {
    if (batch !== '' && !broken) destination.write(batch);
    batch = '';
  };
  setInterval(write, BATCH_MS).unref();
  return {
    write: (line) => {
      batch += line;
      if (batch.length >= BATCH) write();
    },
    flush: async () =>
      new Promise((resolve) => {
        write();
        if (broken) {
          resolve();
          return;
        }
        const timer = setTimeout(resolve, MAX_FLUSH_MS);
        destination.flush((error) => {
          clearTimeout(timer);
          // If it was writing already, it did not begin with the rest.
          if (!error && !broken) destination.flushSync();
          resolve();
        });
      }),
  };
}
