import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { BODY_LIMITS } from '../../../src/gate/request/body-limits.ts';
import { admissionReview, podCreate } from '../../admission-request.ts';
import { makeCerts, startGateProcess, type Certs, type GateProcess } from '../../gate-process.ts';
import { openTls, send } from '../client.ts';

/** Less than the 512 MiB that Node takes in the pod of deploy/. */
const HEAP_LIMIT_MIB = 400;
const RULES = 8;

/** A rule that takes most of its steps for each image whose tag begins with "slow", and that never ends with others. */
const rule = (name: string): string => `export default {
  meta: { name: '${name}', description: 'Takes its time.' },
  check({ tag = '' }) {
    if (tag.startsWith('slow')) for (let i = 0; i < 10_000; i++);
    while (tag.startsWith('endless'));
  },
};`;

const pod = (count: number, imageOf: (index: number) => string): string =>
  JSON.stringify(
    admissionReview(
      podCreate(Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, imageOf(index)]))),
    ),
  );
const ALLOWED = pod(1, () => 'docker.io/acme/web:1');
const SLOW = pod(1, () => 'docker.io/acme/web:slow');
let images = 0;
/** No two are the same, so that none is remembered. */
const newImage = (tag: string) => (): string => `docker.io/b:${tag}-${images++}`;

/** Beside the pod, so many values, most of which are objects. */
const withValues = (body: string, count: number): string =>
  body.replace('"metadata":{', `"metadata":{"x":[${'{"":1},'.repeat(count / 3)}1],`);

/** What comes at once: how many, of what, and how it may be answered. */
const FLOODS: readonly (readonly [string, number, () => string])[] = [
  ['large bodies that wait for a rule', 16, () => withValues(SLOW, BODY_LIMITS.large.marks - 1000)],
  ['large bodies of little text', 16, () => withValues(SLOW, BODY_LIMITS.large.marks / 4)],
  ['small bodies of many values', 300, () => withValues(SLOW, 24_000)],
  ['small pods that take the rules a while', 150, () => pod(20, newImage('slow'))],
  ['small pods that every rule fails at', 150, () => pod(1000, newImage('endless'))],
  ['large pods that every rule fails at', 16, () => pod(16_000, newImage('endless'))],
  ['pods with more new images than the rules can judge', 16, () => pod(60_000, newImage('1'))],
  ['pods with more images than the rules can judge', 16, () => pod(60_000, () => 'docker.io/b:1')],
  ['pods with more violations than anybody reads', 8, () => pod(16_000, () => 'nginx')],
];

describe('what comes at once', () => {
  let certs: Certs;
  let gate: GateProcess;
  let sockets: TLSSocket[];
  // One for all: what a flood leaves is the next one's to bear.
  before(async () => {
    certs = await makeCerts();
    const folder = join(certs.dir, 'rules');
    await mkdir(folder);
    const names = Array.from({ length: RULES }, (_, index) => `rule-${index}`);
    await Promise.all(names.map(async (name) => writeFile(join(folder, `${name}.mjs`), rule(name))));
    // To be measured, it would need memory of its own.
    const env = { RULES_DIR: folder, NODE_OPTIONS: `--max-old-space-size=${HEAP_LIMIT_MIB}`, NODE_V8_COVERAGE: '' };
    gate = await startGateProcess({ certs, env });
  });
  beforeEach(() => {
    sockets = [];
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
  });
  after(async () => {
    expect(await gate.stop()).to.equal(0);
    certs.remove();
  });

  for (const [what, count, body] of FLOODS) {
    it(`does not end the process: ${count} ${what}`, async () => {
      const bodies = Array.from({ length: count }, body);
      // Connected beforehand, so that they do come at once, and no handshake waits behind a verdict for its time to pass.
      while (sockets.length < count) sockets.push(await openTls(gate));
      const answers = await Promise.all(
        sockets.map(async (socket, index) =>
          send(gate, { body: bodies[index]!, path: '/validate?timeout=5s', socket }),
        ),
      );
      for (const { status, json } of answers) {
        if (json.response === undefined) expect([status, json.code]).to.deep.equal([429, 'overloaded']);
        else if (!json.response.allowed) expect(json.response.status?.code).to.equal(403);
      }
      expect(answers.some(({ json }) => json.response !== undefined)).to.equal(true);
      expect((await send(gate, { body: ALLOWED })).json.response?.allowed).to.equal(true);
    });
  }
});
