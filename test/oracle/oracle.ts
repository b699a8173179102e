import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What the parser of the kubelet and of containerd reads, or why it refuses. */
export type OracleAnswer =
  | { readonly error: string }
  | {
      readonly error?: undefined;
      readonly domain: string;
      readonly path: string;
      readonly familiarName: string;
      readonly tag: string;
      readonly digest: string;
    };

export interface Oracle {
  /** The answers to these texts, in their order. */
  readonly answers: (texts: readonly string[]) => Promise<readonly OracleAnswer[]>;
  /** Ends it, which it must do well. */
  readonly end: () => Promise<void>;
}

/** Starts what `buildOracle` has built. */
export function startOracle(path: string): Oracle {
  const oracle = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(oracle, 'exit');
  const lines = createInterface({ input: oracle.stdout })[Symbol.asyncIterator]();
  return {
    async answers(texts) {
      oracle.stdin.write(texts.map((text) => `${JSON.stringify(text)}\n`).join(''));
      const found: OracleAnswer[] = [];
      while (found.length < texts.length) {
        // oxlint-disable-next-line no-await-in-loop -- a line after the other
        const { value, done } = await lines.next();
        if (done === true) throw new Error('the oracle ended before its last answer');
        found.push(JSON.parse(value) as OracleAnswer);
      }
      return found;
    },
    async end() {
      oracle.stdin.end();
      expect(await exited).to.deep.equal([0, null]);
    },
  };
}

/** What is legal in the grammar, and yet denied: because container runtimes read it differently, or for its length. */
export function isDeniedThough(text: string, domain: string): boolean {
  const isTooLong = text.length > 1024;
  const isUpperCase = domain !== domain.toLowerCase();
  // The parser found no registry in a first component with a dot, and did not put Docker Hub's there either.
  const isNoHost = domain === '';
  const isImageId = /^sha(256|384|512):[0-9a-f]+$/i.test(text);
  return isTooLong || isUpperCase || isNoHost || isImageId;
}
