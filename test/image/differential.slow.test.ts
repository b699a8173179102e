import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { InvalidReferenceError, parseReference } from '../../src/image/reference.ts';
import { buildOracle } from '../oracle/build-oracle.ts';
import { randomFrom, seedOfRun } from '../random.ts';
import { skipWithout } from '../skip-without.ts';
import { candidate } from './candidates.ts';

const CANDIDATES = Number(process.env['CANDIDATES'] ?? 200_000);
const BATCH = 10_000;
const SEED = seedOfRun();

type OracleAnswer =
  | { readonly error: string }
  | {
      readonly error?: undefined;
      readonly domain: string;
      readonly path: string;
      readonly familiarName: string;
      readonly tag: string;
      readonly digest: string;
    };

/** What is legal in the grammar, and yet denied: because container runtimes read it differently, or for its length. */
function isDeniedThough(text: string, domain: string): boolean {
  const isTooLong = text.length > 1024;
  const isUpperCase = domain !== domain.toLowerCase();
  // The parser found no registry in a first component with a dot, and did not put Docker Hub's there either.
  const isNoHost = domain === '';
  const isImageId = /^sha(256|384|512):[0-9a-f]+$/i.test(text);
  return isTooLong || isUpperCase || isNoHost || isImageId;
}

/** What the parser must say, in its own terms; `undefined` where it must refuse. */
function expected(text: string, answer: OracleAnswer): object | undefined {
  return answer.error !== undefined || isDeniedThough(text, answer.domain) ? undefined : answer;
}

function parsed(text: string): object | undefined {
  try {
    const image = parseReference(text);
    return {
      domain: image.normalized.registry,
      path: image.normalized.repository,
      familiarName: image.familiarName,
      tag: image.tag ?? '',
      digest: image.digest ?? '',
    };
  } catch (error) {
    if (error instanceof InvalidReferenceError) return undefined;
    throw error;
  }
}

async function* oracleAnswers(path: string, batches: Iterable<readonly string[]>) {
  const oracle = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(oracle, 'exit');
  const lines = createInterface({ input: oracle.stdout })[Symbol.asyncIterator]();
  for (const batch of batches) {
    oracle.stdin.write(batch.map((text) => `${JSON.stringify(text)}\n`).join(''));
    for (const text of batch) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the oracle ended before its last answer');
      yield [text, JSON.parse(value) as OracleAnswer] as const;
    }
  }
  oracle.stdin.end();
  expect(await exited).to.deep.equal([0, null]);
}

function* batchesOf(count: number): Iterable<readonly string[]> {
  const random = randomFrom(SEED);
  for (let made = 0; made < count; made += BATCH) {
    yield Array.from({ length: Math.min(BATCH, count - made) }, () => candidate(random));
  }
}

describe(`parseReference against distribution/reference v0.6.0 (CANDIDATES=${CANDIDATES} SEED=${SEED})`, () => {
  it('reads what it reads, and refuses what it refuses or container runtimes read differently', async function () {
    this.timeout(20 * 60_000);
    const oracle = (await buildOracle()) ?? skipWithout('Go', this);
    const counts = { read: 0, refused: 0, deniedThough: 0 };
    const differences: object[] = [];
    for await (const [text, answer] of oracleAnswers(oracle, batchesOf(CANDIDATES))) {
      const wanted = expected(text, answer);
      const got = parsed(text);
      if (JSON.stringify(wanted) !== JSON.stringify(got)) differences.push({ text, oracle: answer, got });
      if (differences.length === 20) break;
      counts[wanted !== undefined ? 'read' : answer.error !== undefined ? 'refused' : 'deniedThough'] += 1;
    }
    console.log(`      ${JSON.stringify(counts)}`);
    expect(differences).to.deep.equal([]);
    // A test of refusals alone, or of none, would show nothing.
    for (const count of Object.values(counts)) expect(count).to.be.above(CANDIDATES / 200);
  });
});
