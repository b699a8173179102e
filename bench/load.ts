import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

/** What is asked again and again, and what must come back. */
export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  /** An AdmissionReview; every request gets a uid of its own in place of the review's. */
  readonly review: { readonly request: { readonly uid: string } };
  readonly allowed: boolean;
  /** The number of connections; each has one request on its way, always. */
  readonly concurrency: number;
}

/** Connections that are open. */
export interface Load {
  /** Keeps all connections busy for so many seconds. @throws Error for the first answer that is wrong. */
  run(seconds: number): Promise<LoadResult>;
  close(): void;
}

export interface LoadResult {
  readonly requests: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** From request to answer, in milliseconds, ascending. */
  readonly latencies: Float64Array;
}

/** As long as the uids of the API server. */
const UID_PREFIX = '00000000-0000-4000-8000-';
const UID_DIGITS = 12;

/**
 * Opens the connections. A small client of our own: see README.md for what was measured before that was decided. Like the
 * API server's, it sends head and body each in a write of its own.
 */
export async function openLoad(options: LoadOptions): Promise<Load> {
  const connections = await Promise.all(Array.from({ length: options.concurrency }, async () => open(options)));
  return {
    run: async (seconds) => {
      const latencies: number[] = [];
      const began = performance.now();
      const end = began + seconds * 1000;
      await Promise.all(connections.map(async (connection) => connection.ask(end, latencies)));
      const elapsed = (performance.now() - began) / 1000;
      return { requests: latencies.length, seconds: elapsed, latencies: Float64Array.from(latencies).toSorted() };
    },
    close: () => {
      for (const { socket } of connections) socket.destroy();
    },
  };
}

async function open(options: LoadOptions): Promise<Connection> {
  const socket = connect({ host: '127.0.0.1', port: options.port, rejectUnauthorized: false });
  socket.setNoDelay(true);
  await once(socket, 'secureConnect');
  return new Connection(socket, options);
}

class Connection {
  static #lastUid = 0;

  readonly socket: TLSSocket;
  readonly #head: Buffer;
  readonly #body: Buffer;
  readonly #uidAt: number;
  readonly #allowed: boolean;

  #uid = '';
  #sentAt = 0;
  #received: Buffer | undefined;
  #onAnswer: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(socket: TLSSocket, { path, review, allowed }: LoadOptions) {
    this.socket = socket;
    this.#body = Buffer.from(`${JSON.stringify(review)}\n`);
    this.#head = requestHead(path, this.#body.length);
    this.#uidAt = this.#body.indexOf(review.request.uid);
    this.#allowed = allowed;
    if (review.request.uid.length !== UID_PREFIX.length + UID_DIGITS) throw new Error('The uid is none of Kubernetes.');
    this.#body.write(UID_PREFIX, this.#uidAt, 'latin1');
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The server closed a connection.')));
  }

  /** Asks until the end, in milliseconds of `performance.now()`, and adds what each answer took. */
  async ask(end: number, latencies: number[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      if (this.socket.destroyed) reject(new Error('The server closed a connection that was idle.'));
      this.#onAnswer = () => {
        const now = performance.now();
        latencies.push(now - this.#sentAt);
        if (now < end) this.#send(now);
        else resolve();
      };
      this.#send(performance.now());
    });
  }

  #send(now: number): void {
    Connection.#lastUid += 1;
    const digits = String(Connection.#lastUid).padStart(UID_DIGITS, '0');
    this.#uid = UID_PREFIX + digits;
    this.#body.write(digits, this.#uidAt + UID_PREFIX.length, 'latin1');
    this.#sentAt = now;
    this.socket.write(this.#head);
    this.socket.write(this.#body);
  }

  #receive(chunk: Buffer): void {
    const received = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    const bodyAt = received.indexOf('\r\n\r\n') + 4;
    const head = received.toString('latin1', 0, bodyAt);
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1];
    if (bodyAt < 4 || (length !== undefined && received.length < bodyAt + Number(length))) {
      this.#received = received;
      return;
    }
    this.#received = undefined;
    const body = received.toString('utf8', bodyAt);
    if (this.#isRight(head, body)) this.#onAnswer();
    else this.#fail(new Error(`A wrong answer to ${this.#uid}:\n${head}${body}`));
  }

  #isRight(head: string, body: string): boolean {
    if (!head.startsWith('HTTP/1.1 200 ')) return false;
    const { response } = JSON.parse(body) as { response?: { uid?: unknown; allowed?: unknown } };
    return response?.uid === this.#uid && response.allowed === this.#allowed;
  }
}

/** As kube-apiserver v1.37 writes it. */
function requestHead(path: string, length: number): Buffer {
  const lines = [
    `POST ${path}?timeout=5s HTTP/1.1`,
    'Host: imagegate-webhook.imagegate.svc:443',
    'User-Agent: kube-apiserver-admission',
    `Content-Length: ${length}`,
    'Accept: application/json, */*',
    'Content-Type: application/json',
    'Accept-Encoding: gzip',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}
