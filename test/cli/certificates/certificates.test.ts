import { X509Certificate } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { certificates } from '../../../src/cli/certificates/certificates.ts';
import { makeCertificate } from '../../certificate.ts';
import { memoryCluster, type MemoryCluster, MUTATING_TEXT } from '../../certificates/memory-cluster.ts';
import { isSignedBy, watchOverlaps } from '../../certificates/overlaps.ts';

const SETTLE_MS = 600_000;
const DAY_MS = 86_400_000;
const LIFE_MS = 90 * DAY_MS;
const KILLED = new Error('killed');

interface RunOptions {
  readonly renew?: boolean;
  readonly lifeMs?: number;
}

/** One run. Without a `KILLED` that came between: its exit code, and what it said. */
async function run(cluster: MemoryCluster, { renew = false, lifeMs = LIFE_MS }: RunOptions = {}) {
  const said = { out: '', error: '' };
  const code = await certificates({
    lifeMs,
    settleMs: SETTLE_MS,
    timeoutMs: 0,
    renew,
    now: () => new Date(cluster.now),
    connect: async () => cluster.client,
    write: (text) => (said.out += text),
    writeError: (text) => (said.error += text),
  });
  return { code, ...said };
}

/** Runs until there is nothing more to do but to wait for the next renewal: at most four runs. */
async function untilDone(cluster: MemoryCluster): Promise<void> {
  for (let left = 4; left > 0; left -= 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    const { code, error } = await run(cluster);
    expect({ code, error }).to.deep.equal({ code: 0, error: '' });
    cluster.now += SETTLE_MS;
  }
}

const RESTING = ['ca.crt', 'policy-token', 'server.crt', 'server.key'];

function expectResting(cluster: MemoryCluster): void {
  const files = cluster.files()!;
  expect(Object.keys(files).toSorted()).to.deep.equal(RESTING);
  expect(isSignedBy(files['server.crt']!, files['ca.crt']!)).to.equal(true);
  const paths = [...cluster.entries(), ...cluster.mutating()].map((entry) => {
    const { caBundle, service } = entry['clientConfig'] as {
      readonly caBundle: string;
      readonly service: { readonly path: string };
    };
    expect(Buffer.from(caBundle, 'base64').toString()).to.equal(files['ca.crt']);
    return service.path;
  });
  const judging = ['/validate', '/validate', `/validate-policy/${files['policy-token']}`];
  expect(paths).to.deep.equal([...judging, ...(cluster.mutatingText === undefined ? [] : ['/mutate'])]);
}

/** What is there before. */
const BEFORE: Readonly<Record<string, (cluster: MemoryCluster) => Promise<void>>> = {
  nothing: async () => {},
  'a certificate that is due': async (cluster) => {
    await untilDone(cluster);
    cluster.now += 61 * DAY_MS;
  },
  'a certificate that has expired': async (cluster) => {
    await untilDone(cluster);
    cluster.now += 91 * DAY_MS;
  },
  'what certificates.sh made, due, with an old CA': async (cluster) => {
    const dates = { notBefore: new Date(cluster.now - 300 * DAY_MS), notAfter: new Date(cluster.now + 65 * DAY_MS) };
    const issuer = await makeCertificate({ ...dates, commonName: 'current' });
    const old = await makeCertificate({ ...dates, commonName: 'old' });
    const { certificate, key } = await makeCertificate({
      ...dates,
      issuer,
      names: ['imagegate-webhook.imagegate.svc'],
    });
    const token = 'a'.repeat(64);
    cluster.writeSecret({
      'server.crt': certificate,
      'server.key': key,
      'ca.crt': issuer.certificate,
      'policy-token': token,
    });
    const caBundle = Buffer.from(`${issuer.certificate}\n${old.certificate}\n`).toString('base64');
    const entry = (name: string, path: string) => ({ name, clientConfig: { caBundle, service: { path } } });
    cluster.writeWebhook([
      entry('com.imagegate.webhook', '/validate'),
      entry('lab.com.imagegate.webhook', '/validate/lab'),
      entry('policy.com.imagegate.webhook', `/validate-policy/${token}`),
    ]);
  },
};

/** With what rewrites asked for as well, which somebody may have put there already. */
const BEFORE_REWRITING = Object.fromEntries(
  Object.entries(BEFORE).map(([what, prepare]) => [
    `${what}, to rewrite from now on`,
    async (cluster: MemoryCluster) => {
      await prepare(cluster);
      cluster.mutatingText = MUTATING_TEXT;
    },
  ]),
);
const WITH_REWRITING: typeof BEFORE = {
  ...BEFORE,
  ...BEFORE_REWRITING,
  'a certificate that is due, where images are rewritten': async (cluster) => {
    cluster.mutatingText = MUTATING_TEXT;
    await BEFORE['a certificate that is due']!(cluster);
  },
};

/** Whether the API server trusts all certificates of a bundle. */
function isIn(pem: string, cluster: MemoryCluster): boolean {
  const { caBundle } = cluster.entries()[0]!['clientConfig'] as { readonly caBundle: string };
  const trusted = Buffer.from(caBundle, 'base64').toString().replaceAll(/\s/g, '');
  const all = pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
  return all.every((one) => trusted.includes(one.replaceAll(/\s/g, '')));
}

describe('imagegate certificates', () => {
  it('makes all of it, and waits for the gate before it closes the cluster', async () => {
    const cluster = memoryCluster();
    cluster.isGateReady = false;
    const { code, error } = await run(cluster);
    expect({ code, entries: cluster.entries() }).to.deep.equal({ code: 2, entries: [] });
    expect(error).to.equal(
      'The certificates could not be seen to: one mistake.\n\n' +
        '  memory: expected a ready pod of imagegate-webhook, found none after 0 s. Look at its pods; the webhook would ' +
        'refuse every pod until one is ready. Then run this again. [gate-not-ready]\n\n' +
        'docs/errors.md explains the codes in brackets.\n',
    );
    cluster.isGateReady = true;
    const { out } = await run(cluster);
    const { 'server.crt': certificate = '', 'server.key': key = '' } = cluster.files()!;
    const { validFrom, validTo, subjectAltName, keyUsage } = new X509Certificate(certificate);
    const due = new Date(Date.parse(validFrom) + ((Date.parse(validTo) - Date.parse(validFrom)) * 2) / 3);
    expect(out).to.equal(
      'Webhook written: it trusts the CAs of the Secret, and has its policy token.\n' +
        `The certificate is valid until ${new Date(validTo).toISOString()}. Run this again after ${due.toISOString()}.\n`,
    );
    expect(subjectAltName).to.equal(
      'DNS:imagegate-webhook.imagegate.svc, DNS:imagegate-webhook.imagegate.svc.cluster.local, ' +
        'DNS:imagegate-webhook.imagegate, DNS:imagegate-webhook',
    );
    expect(keyUsage).to.deep.equal(['1.3.6.1.5.5.7.3.1']);
    expect(key).to.match(/^-----BEGIN PRIVATE KEY-----\n/);
    expectResting(cluster);
  });

  it('writes nothing where nothing is due', async () => {
    const cluster = memoryCluster();
    await untilDone(cluster);
    const { writes } = cluster;
    await untilDone(cluster);
    expect(cluster.writes).to.equal(writes);
  });

  for (const [what, prepare] of Object.entries(WITH_REWRITING)) {
    it(`leads on from ${what}, killed after any write, and all that meet go together`, async () => {
      let killed = 0;
      for (let at = 1; killed === at - 1; at += 1) {
        const cluster = memoryCluster();
        // oxlint-disable-next-line no-await-in-loop -- each row until none is left
        await prepare(cluster);
        const served = cluster.files()?.['server.crt'];
        const overlaps = watchOverlaps(cluster, SETTLE_MS);
        overlaps.note();
        const first = cluster.writes;
        cluster.onWrite = () => {
          overlaps.note();
          if (cluster.writes - first !== at) return;
          killed += 1;
          throw KILLED;
        };
        for (let runs = 0; runs < 8; runs += 1) {
          // oxlint-disable-next-line no-await-in-loop -- one after another
          await run(cluster).catch((error: unknown) => expect(error).to.equal(KILLED));
          cluster.now += SETTLE_MS;
        }
        expectResting(cluster);
        expect(cluster.files()?.['server.crt']).to.not.equal(served);
        expect(overlaps.faults()).to.deep.equal([]);
      }
      expect(killed).to.be.above(2);
    });

    it(`leads on from ${what}, by three at once`, async () => {
      const cluster = memoryCluster();
      await prepare(cluster);
      const overlaps = watchOverlaps(cluster, SETTLE_MS);
      cluster.onWrite = overlaps.note;
      cluster.onAsked = async () => turn();
      for (let runs = 0; runs < 4; runs += 1) {
        // oxlint-disable-next-line no-await-in-loop -- one after another
        const ends = await Promise.all([run(cluster), run(cluster), run(cluster)]);
        expect(ends.map(({ code }) => code)).to.deep.equal([0, 0, 0]);
        cluster.now += SETTLE_MS;
      }
      expectResting(cluster);
      expect(overlaps.certificates().size).to.be.at.most(2);
      expect(overlaps.faults()).to.deep.equal([]);
    });
  }

  it('never has a pod and an API server that do not go together, whenever runs come and end', async () => {
    const event = fc.record({
      after: fc.integer({ min: 1000, max: 20 * DAY_MS }).map((ms) => (ms % 2 === 0 ? ms : ms % SETTLE_MS)),
      atOnce: fc.integer({ min: 1, max: 3 }),
      killedAfter: fc.integer({ min: 0, max: 3 }),
      turns: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 8 }),
      renew: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 25 }), fc.boolean(), async (events, rewrites) => {
        const cluster = memoryCluster();
        if (rewrites) cluster.mutatingText = MUTATING_TEXT;
        await untilDone(cluster);
        const overlaps = watchOverlaps(cluster, SETTLE_MS);
        overlaps.note();
        for (const { after, atOnce, killedAfter, turns, renew } of events) {
          cluster.now += after;
          let [left, asked] = [killedAfter, 0];
          cluster.onWrite = () => {
            overlaps.note();
            left -= 1;
            if (left === 0) throw KILLED;
          };
          cluster.onAsked = async () => {
            asked += 1;
            for (let wait = turns[asked % turns.length]!; wait > 0; wait -= 1) {
              // oxlint-disable-next-line no-await-in-loop -- to let others in between
              await turn();
            }
          };
          const runs = Array.from({ length: atOnce }, async () =>
            run(cluster, { renew }).catch((error: unknown) => expect(error).to.equal(KILLED)),
          );
          // oxlint-disable-next-line no-await-in-loop -- one event after another
          await Promise.all(runs);
        }
        expect(overlaps.faults()).to.deep.equal([]);
      }),
      { numRuns: 6 },
    );
  });

  it('makes what rewrites before it closes the cluster, and only where it is asked for', async () => {
    const cluster = memoryCluster();
    cluster.mutatingText = MUTATING_TEXT;
    cluster.isGateReady = false;
    expect((await run(cluster)).code).to.equal(2);
    expect([cluster.entries(), cluster.mutating()]).to.deep.equal([[], []]);
    cluster.isGateReady = true;
    const { out } = await run(cluster);
    expect(cluster.written.slice(-2)).to.deep.equal([
      'mutatingwebhookconfigurations',
      'validatingwebhookconfigurations',
    ]);
    expect(out).to.match(/^Mutating webhook written: it trusts the CAs of the Secret\.\nWebhook written: /);
    // It is not taken away: that is for whoever no longer asks for it.
    cluster.mutatingText = undefined;
    const { writes } = cluster;
    await untilDone(cluster);
    expect([cluster.writes, cluster.mutating().length]).to.deep.equal([writes, 1]);
  });

  it('brings what rewrites into a cluster that is closed, though no pod is ready: nothing waits for it', async () => {
    const cluster = memoryCluster();
    await untilDone(cluster);
    cluster.mutatingText = MUTATING_TEXT;
    cluster.isGateReady = false;
    const { code, out } = await run(cluster);
    expect(code).to.equal(0);
    expect(out).to.match(/^Mutating webhook written: .*\nThe certificate is valid until /);
  });

  /** As the chart's account, which may write what is there, and not bring it back. */
  function refusesWhatRewrites(cluster: MemoryCluster): void {
    cluster.mutatingText = MUTATING_TEXT;
    cluster.onAsked = async (path) => {
      const isRefused = path.includes('/mutatingwebhookconfigurations/');
      cluster.refusal = isRefused ? { status: 403, body: { message: 'no' } } : undefined;
    };
  }

  it('renews, and says what it could not do, where what rewrites was taken away and may not be brought back', async () => {
    const cluster = memoryCluster();
    await untilDone(cluster);
    const before = cluster.files()?.['server.crt'];
    refusesWhatRewrites(cluster);
    cluster.now += 61 * DAY_MS;
    for (let left = 4; left > 0; left -= 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { code, error } = await run(cluster);
      expect(code).to.equal(2);
      expect(error).to.match(/expected the mutating webhook com\.imagegate\.webhook, found HTTP 403, no\./);
      cluster.now += SETTLE_MS;
    }
    cluster.mutatingText = undefined;
    expectResting(cluster);
    expect(cluster.files()?.['server.crt']).to.not.equal(before);
  });

  it('does not close a cluster without what rewrites', async () => {
    const cluster = memoryCluster();
    refusesWhatRewrites(cluster);
    expect((await run(cluster)).code).to.equal(2);
    expect(cluster.entries()).to.deep.equal([]);
  });

  it('serves no certificate that what rewrites does not trust', async () => {
    const cluster = memoryCluster();
    cluster.mutatingText = MUTATING_TEXT;
    await untilDone(cluster);
    const before = cluster.files()?.['server.crt'];
    refusesWhatRewrites(cluster);
    cluster.now += 61 * DAY_MS;
    expect((await run(cluster)).code).to.equal(2);
    cluster.now += SETTLE_MS;
    expect((await run(cluster)).code).to.equal(2);
    expect(cluster.files()?.['server.crt']).to.equal(before);
  });

  it('takes over what somebody else wrote, though it is as it should be', async () => {
    const cluster = memoryCluster();
    await untilDone(cluster);
    cluster.writeWebhook(cluster.entries());
    expect((await run(cluster)).out).to.match(/^Webhook written: /);
    expect((await run(cluster)).out).to.match(/^The certificate is valid until /);
  });

  it('keeps a CA that somebody else had the API server trust, until that has settled', async () => {
    const cluster = memoryCluster();
    await BEFORE['what certificates.sh made, due, with an old CA']!(cluster);
    const { caBundle } = cluster.entries()[0]!['clientConfig'] as { readonly caBundle: string };
    const trusted = Buffer.from(caBundle, 'base64').toString();
    const old = (await makeCertificate({ commonName: 'another' })).certificate;
    expect(isIn(trusted, cluster)).to.equal(true);
    cluster.now += SETTLE_MS;
    await run(cluster);
    expect([isIn(trusted, cluster), isIn(old, cluster)]).to.deep.equal([true, false]);
    await untilDone(cluster);
    expect(isIn(trusted, cluster)).to.equal(false);
  });

  it('renews before it is time if told so, once a run', async () => {
    const cluster = memoryCluster();
    await untilDone(cluster);
    const before = cluster.files()?.['server.crt'];
    await run(cluster, { renew: true });
    await untilDone(cluster);
    expectResting(cluster);
    expect(cluster.files()?.['server.crt']).to.not.equal(before);
  });

  it('multiplies the entries by the profiles, and takes those out that are not wanted any more', async () => {
    const cluster = memoryCluster();
    cluster.profiles = 'prod, lab';
    await untilDone(cluster);
    const names = () => cluster.entries().map(({ name }) => String(name).replace('com.imagegate.webhook', '*'));
    const pods = ['*', 'prod.*', 'lab.*', 'unknown.*'];
    const workloads = ['workloads.*', 'prod.workloads.*', 'lab.workloads.*', 'unknown.workloads.*'];
    expect(names()).to.deep.equal([...pods, ...workloads, 'policy.*']);
    cluster.profiles = '';
    await untilDone(cluster);
    expect(names()).to.deep.equal(['*', 'workloads.*', 'policy.*']);
  });

  it('multiplies what rewrites, too', async () => {
    const cluster = memoryCluster();
    Object.assign(cluster, { profiles: 'prod, lab', mutatingText: MUTATING_TEXT });
    await untilDone(cluster);
    const asked = cluster.mutating().map((entry) => {
      const { service } = entry['clientConfig'] as { readonly service: { readonly path: string } };
      return `${String(entry['name']).replace('com.imagegate.webhook', '*')} ${service.path}`;
    });
    expect(asked).to.deep.equal([
      'mutate.* /mutate',
      'prod.mutate.* /mutate/prod',
      'lab.mutate.* /mutate/lab',
      'unknown.mutate.* /mutate/unknown',
    ]);
    const selectors = (entries: readonly object[]) =>
      entries.map((entry) => (entry as { namespaceSelector: unknown }).namespaceSelector);
    expect(selectors(cluster.mutating())).to.deep.equal(selectors(cluster.entries().slice(0, 4)));
  });

  for (const [what, change, told] of [
    [
      'no ConfigMap',
      (cluster: MemoryCluster) => (cluster.webhookText = undefined),
      /memory: expected the ConfigMap imagegate-webhook-entries, found HTTP 404.*\[cluster-unreadable\]/,
    ],
    [
      'a ConfigMap without entries',
      (cluster: MemoryCluster) => (cluster.webhookText = 'a: 1'),
      /webhook\.yaml \(ConfigMap\): expected the one manifest of the webhook, with entries, found none\. .*\[manifest-invalid\]/,
    ],
    [
      'a mutating-webhook.yaml without entries',
      (cluster: MemoryCluster) => (cluster.mutatingText = ''),
      /mutating-webhook\.yaml \(ConfigMap\): expected the one manifest of the webhook, with entries, found none\. .*\[manifest-invalid\]/,
    ],
    [
      'profiles whose names are none, all at once',
      (cluster: MemoryCluster) => (cluster.profiles = 'Prod,policy ok'),
      /profiles \(ConfigMap\): expected at most 16 names .*, found Prod, policy\. .*\[manifest-invalid\]/,
    ],
    [
      'rights that are missing',
      (cluster: MemoryCluster) => (cluster.refusal = { status: 403, body: { message: 'no' } }),
      /expected the Secret .*, found HTTP 403, no\. Its user needs a role with the rule \{ apiGroups: \[""\], resources: \["secrets"\], verbs: \["create", "patch"\] \}/,
    ],
  ] as const) {
    it(`says what is wrong with ${what}`, async () => {
      const cluster = memoryCluster();
      change(cluster);
      const { code, error } = await run(cluster);
      expect(code).to.equal(2);
      expect(error).to.match(told);
      expect(cluster.entries()).to.deep.equal([]);
    });
  }
});
