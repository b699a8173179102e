import { write } from 'node:fs';

/**
 * Lines are written in batches of this many bytes, as much as a pipe holds, or after BATCH_MS: each write wakes a thread,
 * which costs as much as some ten lines (bench/README.md).
 */
const BATCH_BYTES = 64 * 1024;
const BATCH_MS = 1000;
/** A reader that stalls must not make the process grow: beyond these bytes, lines are dropped. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** The delay before a full pipe is tried again. */
const RETRY_MS = 10;
/** The most bytes of a UTF-16 code unit in UTF-8. */
const MAX_BYTES_PER_CHARACTER = 3;

interface Waiting {
  bytes: Buffer;
  /** The batch that holds them, if it may be reused. */
  readonly batch?: Buffer;
}

/**
 * Writes lines to a file descriptor in batches, asynchronously and in order. What cannot be written (disk full, reader gone)
 * is dropped, and the next lines are tried again: a failing log is no reason to stop judging. (sonic-boom, pino's own,
 * keeps what it cannot write, and retries forever at exit.)
 */
export class LineWriter {
  readonly #fd: number;
  #batch: Buffer = Buffer.allocUnsafe(BATCH_BYTES);
  #filled = 0;
  /** A written batch, reused to spare the garbage collector. */
  #spare: Buffer | undefined;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #writing = false;
  #onIdle: (() => void)[] = [];

  constructor(fd: number) {
    this.#fd = fd;
    setInterval(() => this.#send(), BATCH_MS).unref();
  }

  write(line: string): void {
    if (this.#filled + line.length * MAX_BYTES_PER_CHARACTER > BATCH_BYTES) {
      this.#send();
      if (line.length * MAX_BYTES_PER_CHARACTER > BATCH_BYTES) {
        this.#enqueue({ bytes: Buffer.from(line) });
        return;
      }
    }
    this.#filled += this.#batch.write(line, this.#filled);
  }

  /** Resolves when all lines so far are written or dropped. */
  async flush(): Promise<void> {
    this.#send();
    if (this.#writing) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  #send(): void {
    if (this.#filled === 0) return;
    const batch = this.#batch;
    this.#batch = this.#spare ?? Buffer.allocUnsafe(BATCH_BYTES);
    this.#spare = undefined;
    this.#enqueue({ bytes: batch.subarray(0, this.#filled), batch });
    this.#filled = 0;
  }

  #enqueue(waiting: Waiting): void {
    const { bytes, batch } = waiting;
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.#spare ??= batch;
      return;
    }
    this.#waiting.push(waiting);
    this.#waitingBytes += bytes.length;
    if (!this.#writing) this.#writeNext();
  }

  #writeNext(): void {
    const [next] = this.#waiting;
    this.#writing = next !== undefined;
    if (next === undefined) {
      for (const resolve of this.#onIdle.splice(0)) resolve();
      return;
    }
    write(this.#fd, next.bytes, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#writeNext(), RETRY_MS);
        return;
      }
      // On any other error the rest of these bytes is dropped.
      const left = next.bytes.subarray(error === null ? written : next.bytes.length);
      this.#waitingBytes -= next.bytes.length - left.length;
      next.bytes = left;
      if (left.length === 0) {
        this.#waiting.shift();
        this.#spare ??= next.batch;
      }
      this.#writeNext();
    });
  }
}
