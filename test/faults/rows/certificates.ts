import { X509Certificate } from 'node:crypto';
import type { GatePod } from '../../cluster/gate-pod.ts';
import { makeCertificate } from '../../certificate.ts';
import { metric } from '../../e2e/metric.ts';
import { until } from '../../until.ts';
import { certificatesMount, certificatesOf, type CertificatesOf } from '../certificates-of.ts';
import type { Fault } from '../fault.ts';
import { expectNoFailure } from '../load.ts';
import type { World } from '../world.ts';

type Files = Readonly<Record<string, string>>;

const dayMs = 24 * 3600 * 1000;
const fromNow = (days: number): Date => new Date(Date.now() + days * dayMs);

/** Files that cannot be used; each call makes others. */
const badOnes: Readonly<Record<string, (of: CertificatesOf) => Promise<Files>>> = {
  mismatched: async ({ make, files }) => files({ ...(await make()), key: (await make()).key }),
  empty: async ({ make, files }) => files({ ...(await make()), certificate: '' }),
  truncated: async ({ make, files }) => {
    const pair = await make();
    return files({ ...pair, certificate: pair.certificate.slice(0, pair.certificate.length / 2) });
  },
  expired: async ({ make, files }) => files(await make({ notBefore: fromNow(-2), notAfter: fromNow(-1) })),
  'not yet valid': async ({ make, files }) => files(await make({ notBefore: fromNow(1), notAfter: fromNow(2) })),
  'other names': async ({ make, files }) => files(await make({ names: ['another.svc'] })),
  'other CA': async ({ make, files }) => files(await make({ issuer: await makeCertificate() })),
  missing: async ({ make, files }) => {
    const { 'server.crt': _, ...rest } = files(await make());
    return rest;
  },
};

const told = 'New certificate rejected; the previous one stays active.';

export const certificates: Fault = {
  name: `certificates: good, ${Object.keys(badOnes).join(', ')}; connections cut after each`,
  passesWhen: '0 failed, each bad one told once',
  deadlineSeconds: (long) => (long ? 7200 : 300),
  run: async ({ long, createWorld }) => {
    // The gate looks every 10 s, and twice at what does not work: side by side it takes half the time.
    const worlds = await Promise.all(
      ['a', 'b'].map(async (part) => createWorld({ name: `certificates-${part}`, timeoutSeconds: 20 })),
    );
    const kinds = Object.keys(badOnes);
    const count = long ? 100 : kinds.length + worlds.length;
    const tried = await Promise.all(
      worlds.map(async (world, part) => {
        const mine = kinds.filter((_, index) => index % worlds.length === part);
        return tryAll(world, mine, Math.ceil(count / worlds.length));
      }),
    );
    return [
      ['certificates', tried.reduce((sum, { bad, good }) => sum + bad + good, 0)],
      ['of them good', tried.reduce((sum, { good }) => sum + good, 0)],
      ['creates', tried.reduce((sum, { creates }) => sum + creates, 0)],
    ];
  },
};

/** The bad ones in turn, and a good one at the end of each round. */
async function tryAll(
  world: World,
  kinds: readonly string[],
  count: number,
): Promise<{ readonly bad: number; readonly good: number; readonly creates: number }> {
  const of = await certificatesOf(world);
  const sums = { bad: 0, good: 0, creates: 0 };
  const create = async (): Promise<void> => {
    // With the old connections no handshake would be tried.
    await world.cutIdle();
    const outcomes = await world.burst(10);
    expectNoFailure(outcomes);
    sums.creates += outcomes.length;
  };
  while (sums.bad + sums.good < count) {
    for (const kind of kinds) {
      sums.bad += 1;
      await untilAll(world, await badOnes[kind]!(of), `the certificate that is ${kind} to be told`, async (gate) => {
        return (await metric(gate, 'imagegate_certificate_reload_errors_total')) === sums.bad;
      });
      await expectRemark(world, kind);
      await create();
    }
    const good = await of.make({ notAfter: fromNow(90 + sums.good) });
    const expiry = new X509Certificate(good.certificate).validTo;
    sums.good += 1;
    await untilAll(world, of.files(good), 'the good certificate to be used', async (gate) => {
      return (await metric(gate, 'imagegate_certificate_expiry_timestamp_seconds')) === Date.parse(expiry) / 1000;
    });
    await create();
  }
  for (const gate of world.gates) {
    const lines = gate.log().filter(({ msg }) => msg === told).length;
    if (lines !== sums.bad) throw new Error(`Of ${sums.bad} bad certificates the log tells ${lines}.`);
  }
  return sums;
}

/** Mounts files in all gates, as a kubelet does, and waits for each. */
async function untilAll(
  { gates }: World,
  files: Files,
  what: string,
  condition: (gate: GatePod) => Promise<boolean>,
): Promise<void> {
  await Promise.all(
    gates.map(async (gate) => {
      await gate.mount(certificatesMount, files);
      await until(async () => condition(gate), what);
    }),
  );
}

/** The gate is ready all the same, and says to whoever asks that something is wrong. */
async function expectRemark({ gates }: World, kind: string): Promise<void> {
  for (const gate of gates) {
    const { status, text = '' } = (await gate.ops('/readyz?verbose')) ?? {};
    if (status !== 200 || !text.includes('[!]certificate: '))
      throw new Error(`With a certificate that is ${kind}, /readyz?verbose answers ${status}:\n${text}`);
  }
}
