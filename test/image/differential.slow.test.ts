import { expect } from 'chai';
import { InvalidReferenceError, parseReference } from '../../src/image/reference.ts';
import { buildOracle } from '../oracle/build-oracle.ts';
import { isDeniedThough, type OracleAnswer, startOracle } from '../oracle/oracle.ts';
import { randomFrom, seedOfRun } from '../random.ts';
import { skipWithout } from '../skip-without.ts';
import { candidate } from './candidates.ts';

const CANDIDATES = Number(process.env['CANDIDATES'] ?? 200_000);
const BATCH = 10_000;
const SEED = seedOfRun();

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

function* batchesOf(count: number): Iterable<readonly string[]> {
  const random = randomFrom(SEED);
  for (let made = 0; made < count; made += BATCH) {
    yield Array.from({ length: Math.min(BATCH, count - made) }, () => candidate(random));
  }
}

describe(`parseReference against distribution/reference v0.6.0 (CANDIDATES=${CANDIDATES} SEED=${SEED})`, () => {
  it('reads what it reads, and refuses what it refuses or container runtimes read differently', async function () {
    this.timeout(20 * 60_000);
    const oracle = startOracle((await buildOracle()) ?? skipWithout('Go', this));
    const counts = { read: 0, refused: 0, deniedThough: 0 };
    const differences: object[] = [];
    for (const batch of batchesOf(CANDIDATES)) {
      // oxlint-disable-next-line no-await-in-loop -- a batch after the other
      const answers = await oracle.answers(batch);
      for (const [index, text] of batch.entries()) {
        const answer = answers[index]!;
        const wanted = expected(text, answer);
        const got = parsed(text);
        if (JSON.stringify(wanted) !== JSON.stringify(got)) differences.push({ text, oracle: answer, got });
        counts[wanted !== undefined ? 'read' : answer.error !== undefined ? 'refused' : 'deniedThough'] += 1;
      }
      if (differences.length >= 20) break;
    }
    await oracle.end();
    console.log(`      ${JSON.stringify(counts)}`);
    expect(differences.slice(0, 20)).to.deep.equal([]);
    // A test of refusals alone, or of none, would show nothing.
    for (const count of Object.values(counts)) expect(count).to.be.above(CANDIDATES / 200);
  });
});
