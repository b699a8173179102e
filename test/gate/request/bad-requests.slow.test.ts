import { once } from 'node:events';
import { Agent } from 'node:https';
import { expect } from 'chai';
import { REFUSALS } from '../../../src/gate/request/refusal.ts';
import { admissionReview, podCreate } from '../../admission-request.ts';
import { startGateProcess, type GateProcess } from '../../gate-process.ts';
import { randomFrom, seedOfRun, type Random } from '../../random.ts';
import { until } from '../../until.ts';
import { badRequest, type BadRequest } from './bad-requests.ts';
import { answerTo, open, send, type Answered } from '../client.ts';
import { metricValue } from '../test-gate.ts';

const REQUESTS = 5000;
const AT_ONCE = 8;
const MIB = 1024 * 1024;
/** The heap that Node takes in a pod of 512 MiB: half of it. That of deploy/ may have twice as much. */
const HEAP_LIMIT_MIB = 256;
const MEMORY_LIMIT = 400 * MIB;
const ALLOWED = JSON.stringify(admissionReview(podCreate({ web: 'docker.io/acme/web:1' })));

describe('5,000 bad requests', () => {
  let gate: GateProcess;
  let agent: Agent;
  before(async () => {
    const preload = new URL('collect-garbage.js', import.meta.url).href;
    // To be measured, it would need memory of its own.
    const env = { NODE_OPTIONS: `--max-old-space-size=${HEAP_LIMIT_MIB} --import=${preload}`, NODE_V8_COVERAGE: '' };
    gate = await startGateProcess({ env });
    agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  });
  after(async () => {
    agent.destroy();
    expect(await gate.stop()).to.equal(0);
  });

  it('each get their 4xx, and cost nothing', async () => {
    const seed = seedOfRun();
    console.log(`      SEED=${seed}`);
    const random = randomFrom(seed);
    await sendMany(random, REQUESTS / 5);
    const heapBefore = await heapUsed();
    await sendMany(random, (REQUESTS / 5) * 4);
    // A connection that was just closed may still be held.
    await until(async () => (await heapUsed()) < heapBefore + 2 * MIB, 'the heap to be as small as before');
    const text = await metrics();
    expect(metricValue(text, 'process_resident_memory_bytes')).to.be.below(MEMORY_LIMIT);
    expect(text).to.match(/^imagegate_reviews_total\{.*\} 0$/m);
    expect(text).not.to.match(/^imagegate_reviews_total\{.*\} [1-9]/m);
    expect(text).not.to.match(/status="5\d\d"\} [1-9]/);
    expect((await send(gate, { body: ALLOWED })).json.response?.allowed).to.equal(true);
    expect(gate.stdout()).not.to.contain('stack');
    expect(gate.stderr()).to.equal('');
  }).timeout(180_000);

  const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${gate.opsPort}/metrics`)).text();
  const heapUsed = async (): Promise<number> => {
    gate.child.kill('SIGUSR2');
    return metricValue(await metrics(), 'nodejs_heap_size_used_bytes') ?? Infinity;
  };

  async function sendMany(random: Random, count: number): Promise<void> {
    let left = count;
    const sender = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        // oxlint-disable-next-line no-await-in-loop
        await sendOne(badRequest(random));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
  }

  async function sendOne(bad: BadRequest): Promise<void> {
    if (bad.send === 'broken-off') return breakOff(bad);
    const answered = await (bad.send === 'head' ? sendHead(bad) : send(gate, { ...bad.sent, agent })).catch(
      (error: unknown) => {
        throw new Error(`${bad.what} got no answer`, { cause: error });
      },
    );
    // Large bodies share a budget, and here they come all at once.
    if (answered.status === 429 && answered.json.code === 'overloaded') return;
    const code = bad.code!;
    expect({ code: answered.json.code, status: answered.status }, bad.what).to.deep.equal({
      code,
      status: REFUSALS[code],
    });
    expect(answered.text, bad.what).not.to.match(/"allowed"\s*:\s*true/);
  }

  async function sendHead({ sent }: BadRequest): Promise<Answered> {
    const outgoing = open(gate, sent);
    outgoing.flushHeaders();
    const answered = await answerTo(outgoing);
    outgoing.destroy();
    return answered;
  }

  async function breakOff({ sent }: BadRequest): Promise<void> {
    const outgoing = open(gate, { ...sent, headers: { ...sent.headers, expect: '100-continue' } });
    outgoing.on('error', () => {}).flushHeaders();
    // With an answer in place of `100 Continue`, this would wait for good.
    await Promise.race([once(outgoing, 'continue'), once(outgoing, 'response')]);
    outgoing.write(sent.body);
    outgoing.destroy();
  }
});
