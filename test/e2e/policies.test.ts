import { expect } from 'chai';
import { pod, podSpec } from './objects.ts';
import { about, blockedTag, done, noTag, notCreated, notValid, untrusted } from './sentences.ts';
import { behindTheGate } from './shared-installation.ts';

type Policy = Readonly<Partial<Record<'ALLOWED_REGISTRIES' | 'BLOCKED_TAGS' | 'DISABLE_EMPTY_TAG', string>>>;

/** A policy, and what it says of images; what passes has no sentences. */
interface Row {
  readonly policy: Policy;
  readonly images: Readonly<Record<string, readonly string[]>>;
}

const registries = 'registry.example.com:5000,gcr.io/acme,*.pkg.dev';
const from = (image: string, list = registries): readonly string[] => [untrusted('c0', image, list)];
const many = Array.from({ length: 100 }, (_, index) => `registry-${100 + index}.example.com`);

const table: Readonly<Record<string, Row>> = {
  'ports, paths and hosts below': {
    policy: { ALLOWED_REGISTRIES: ' registry.example.com:5000 ; gcr.io/acme|*.pkg.dev' },
    images: {
      'registry.example.com:5000/x:1': [],
      'registry.example.com/x:1': from('registry.example.com/x:1'),
      'registry.example.com:443/x:1': from('registry.example.com:443/x:1'),
      'gcr.io/acme/app:1': [],
      'gcr.io/acme:1': [],
      'gcr.io/acme-evil/app:1': from('gcr.io/acme-evil/app:1'),
      'gcr.io/other/app:1': from('gcr.io/other/app:1'),
      'eu.pkg.dev/x:1': [],
      'a.b.pkg.dev/x:1': [],
      'pkg.dev/x:1': from('pkg.dev/x:1'),
      'evilpkg.dev/x:1': from('evilpkg.dev/x:1'),
      'docker.io/nginx:1': from('docker.io/nginx:1'),
    },
  },
  'the official images of Docker Hub': {
    policy: { ALLOWED_REGISTRIES: 'docker.io/library' },
    images: {
      'docker.io/nginx:1': [],
      'docker.io/library/nginx:1': [],
      'index.docker.io/nginx:1': [],
      'docker.io/acme/nginx:1': from('docker.io/acme/nginx:1', 'docker.io/library'),
      'nginx:1': from('nginx:1', 'docker.io/library'),
    },
  },
  "Docker Hub's own host, listed": {
    policy: { ALLOWED_REGISTRIES: 'registry-1.docker.io' },
    images: {
      'registry-1.docker.io/library/nginx:1': [],
      'docker.io/nginx:1': from('docker.io/nginx:1', 'registry-1.docker.io'),
    },
  },
  'every registry, on purpose': {
    policy: { ALLOWED_REGISTRIES: '*' },
    images: {
      'nginx:1': [],
      'evil.example.com/x:1': [],
      nginx: [noTag('c0', 'nginx')],
      'Foo/bar:1': [notValid('c0', 'Foo/bar:1', 'A registry must be in lower case.')],
    },
  },
  'globs over tags': {
    policy: { BLOCKED_TAGS: '*-rc*|dev' },
    images: {
      'docker.io/nginx:1-rc1': [blockedTag('c0', 'docker.io/nginx:1-rc1', '*-rc*,dev')],
      'docker.io/nginx:dev': [blockedTag('c0', 'docker.io/nginx:dev', '*-rc*,dev')],
      'docker.io/nginx:dev2': [],
      'docker.io/nginx:latest': [],
    },
  },
  'no tag needed': {
    policy: { DISABLE_EMPTY_TAG: 'false' },
    images: { 'docker.io/nginx': [], nginx: [untrusted('c0', 'nginx')] },
  },
  'a list that is longer than a sentence: 512 bytes of it are told': {
    policy: { ALLOWED_REGISTRIES: many.join(';') },
    images: {
      'registry-199.example.com/x:1': [],
      'nginx:1': from('nginx:1', `${many.slice(0, 20).join(',')} and 80 more`),
    },
  },
};

describe('a policy from the ConfigMap', () => {
  const suite = behindTheGate('policies');
  const imagegate = async (...args: string[]) => {
    const result = await suite().cluster.kubectl(['-n', 'imagegate', ...args], { cwd: suite().deploy });
    expect(result).to.include({ code: 0 });
  };
  const setPolicy = async (policy: Policy) => {
    await imagegate('apply', '-f', 'configmap.yaml');
    await imagegate('patch', 'configmap', 'imagegate-webhook-config', '-p', JSON.stringify({ data: policy }));
  };

  for (const [name, { policy, images }] of Object.entries(table)) {
    describe(name, () => {
      before(async () => {
        await setPolicy(policy);
        await suite().gate.restart();
      });

      for (const [image, sentences] of Object.entries(images)) {
        it(`${image} ${sentences.length === 0 ? 'passes' : 'is denied'}`, async () => {
          const result = await suite().dryRun(pod('x', podSpec(image)));
          const created = done('pod/x created (server dry run)');
          expect(result).to.deep.equal(
            sentences.length === 0 ? created : notCreated(about('Pod policies/x', sentences)),
          );
        });
      }
    });
  }

  describe('with mistakes', () => {
    it('ends the start, and all of them are told', async () => {
      await suite().gate.stop(); // which would have refused it
      await setPolicy({
        ALLOWED_REGISTRIES: 'https://docker.io,GCR.io,gcr.io/,gcr',
        BLOCKED_TAGS: ' ',
        DISABLE_EMPTY_TAG: 'yes',
      });
      const error = await suite().gate.start().catch(String);
      expect(error).to.match(/^Error: gate-\d+ ended with code 1\. The end of its log:\n/);
      for (const mistake of [
        /ALLOWED_REGISTRIES \(.*\), entry 1: expected .*\[option-invalid\]/,
        /ALLOWED_REGISTRIES \(.*\), entry 2: expected .*\[option-invalid\]/,
        /ALLOWED_REGISTRIES \(.*\), entry 3: expected .*\[option-invalid\]/,
        /ALLOWED_REGISTRIES \(.*\), entry 4: expected .*\[option-invalid\]/,
        /BLOCKED_TAGS \(.*\): expected a list.*\[policy-list-empty\]/,
        /DISABLE_EMPTY_TAG \(.*\): expected true or false.*\[policy-boolean-invalid\]/,
      ]) {
        expect(error).to.match(mistake);
      }
    });
  });

  after(async () => {
    await imagegate('apply', '-f', 'configmap.yaml');
    await suite().gate.restart();
  });
});

describe("a user's own rule that fails", () => {
  const suite = behindTheGate('own-rule');
  const rule = `export default {
    meta: { name: 'failing', description: 'Fails on one image.' },
    check(image) { if (image.repository === 'fails') throw new Error('no such\\nluck'); },
  };`;

  before(async () => {
    const { cluster, gate } = suite();
    const metadata = { name: 'imagegate-webhook-rules', namespace: 'imagegate' };
    await cluster.apply(
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'failing.mjs': rule } }),
    );
    await gate.restart();
  });

  after(async () => {
    const { cluster, gate } = suite();
    await cluster.kubectl(['-n', 'imagegate', 'delete', 'configmap', 'imagegate-webhook-rules']);
    await gate.restart();
  });

  it('denies what it failed on, and says so', async () => {
    const image = 'docker.io/fails:1';
    const sentence =
      `c0 image could not be judged! (${image}). The rule failing failed: failing.mjs:3: no such\\u{A}luck. ` +
      'Until it is mended or switched off, it lets nothing pass.';
    expect(await suite().dryRun(pod('x', podSpec(image)))).to.deep.equal(
      notCreated([sentence, 'Pod own-rule/x, by failing.']),
    );
  });

  it('passes what it did not fail on', async () => {
    const result = await suite().dryRun(pod('x', podSpec('docker.io/nginx:1')));
    expect(result).to.deep.equal(done('pod/x created (server dry run)'));
  });
});
