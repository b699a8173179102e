import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import type { Settings } from './settings.ts';
import { textLine } from './text-line.ts';

export interface Log {
  readonly logger: Logger;
  /** Resolves when all that was logged is written, or cannot be. */
  flush(): Promise<void>;
}

export interface LogOptions extends Pick<Settings, 'logLevel' | 'logFormat'> {
  /** A file descriptor; the standard output by default. */
  readonly fd?: number;
}

/** Lines are written together when there are this many bytes, or after a second; both are facts of bench/README.md. */
const BUFFER_BYTES = 4096;
const FLUSH_MS = 1000;
/** A reader that stalls must not make the process grow: beyond these bytes, lines are dropped. */
const MAX_BUFFER_BYTES = 8 * 1024 * 1024;
/** At exit nobody waits longer than this for a reader that stalls. */
const MAX_FLUSH_MS = 2000;

/**
 * Makes the log: JSON, a line each, written together and never synchronously; or text for a person, line by line.
 */
export function createLog({ logLevel, logFormat, fd = 1 }: LogOptions): Log {
  const options = {
    level: logLevel,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (logFormat === 'text') {
    const destination = pino.destination({ fd, sync: true });
    const lines: DestinationStream = { write: (line) => destination.write(textLine(line)) };
    return { logger: pino(options, lines), flush: async () => {} };
  }
  const destination = pino.destination({
    fd,
    sync: false,
    minLength: BUFFER_BYTES,
    maxLength: MAX_BUFFER_BYTES,
    periodicFlush: FLUSH_MS,
  });
  return { logger: pino(options, destination), flush: async () => flush(destination) };
}

async function flush(destination: ReturnType<typeof pino.destination>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, MAX_FLUSH_MS);
    destination.flush((error) => {
      clearTimeout(timer);
      // A write that was under way left what came after it: see sonic-boom's flush().
      if (!error) destination.flushSync();
      resolve();
    });
  });
}
