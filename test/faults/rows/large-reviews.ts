import { expect } from 'chai';
import { request } from 'node:https';
import { peakResidentMib } from '../../../bench/process-usage.ts';
import { admissionReview, podCreate } from '../../admission-request.ts';
import type { GatePod } from '../../cluster/gate-pod.ts';
import { answerTo, type Answered } from '../../gate/client.ts';
import type { Fault } from '../fault.ts';
import { inThePod, MEMORY_MIB } from '../in-the-pod.ts';
import { expectNoFailure } from '../load.ts';

const MIB = 2 ** 20;
/** A pod of 3 MiB and the one before it of 1.5 MiB, where Go writes `<` as six bytes. */
const LARGEST = 27 * MIB;
const AT_ONCE = 20;

export const largeReviews: Fault = {
  name: 'reviews of 27 MiB, 20 at once, and one of 33 MiB',
  passesWhen: `the right verdict; 429; 413; under ${MEMORY_MIB} MiB`,
  heavy: true,
  run: async ({ long, createWorld }) => {
    const world = await createWorld({ name: 'large', gates: 1, env: inThePod });
    const gate = world.gates[0] as GatePod;
    const [good, bad] = [review('docker.io/nginx:1', LARGEST), review('docker.io/nginx:latest', LARGEST)];
    const tooLarge = review('docker.io/nginx:1', 33 * MIB);
    const load = world.load(20);
    let judged = 0;
    for (let round = 0; round < (long ? 5 : 1); round += 1) {
      expect(verdictOf(await send(gate, good))).to.equal(true);
      expect(verdictOf(await send(gate, bad))).to.equal(false);
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, async () => send(gate, bad)));
      for (const { status, headers, json } of answers) {
        if (status === 200) expect(json.response?.allowed).to.equal(false);
        else expect([status, headers['retry-after']]).to.deep.equal([429, '1']);
      }
      judged += answers.filter(({ status }) => status === 200).length;
      expect((await send(gate, tooLarge)).status).to.equal(413);
    }
    expectNoFailure(await load.stop());
    expect(judged).to.be.above(0);
    const peak = peakResidentMib(gate.pid);
    expect(peak, 'MiB').to.be.below(MEMORY_MIB);
    return [
      ['of each 20 judged', judged / (long ? 5 : 1)],
      ['memory (MiB)', peak.toFixed(0)],
    ];
  },
};

/** Of a pod with one image, filled up to so many bytes. */
function review(image: string, bytes: number): Buffer {
  const [before = '', after = ''] = JSON.stringify(admissionReview(podCreate({ c: image }))).split('"app":"x"');
  const filler = '\\u003c'.repeat(Math.ceil(bytes / 6));
  return Buffer.from(`${before}"app":"${filler}"${after}`);
}

async function send({ port }: GatePod, body: Buffer): Promise<Answered> {
  const outgoing = request({
    host: '127.0.0.1',
    port,
    path: '/validate?timeout=5s',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': body.length },
    agent: false,
    rejectUnauthorized: false,
  });
  const answer = answerTo(outgoing);
  outgoing.end(body);
  return answer;
}

function verdictOf({ status, json }: Answered): boolean | string | undefined {
  return status === 200 ? json.response?.allowed : `${status} ${json.code}`;
}
