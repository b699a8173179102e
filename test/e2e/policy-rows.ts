import { blockedTag, noTag, notValid, untrusted } from './sentences.ts';

export type FlatPolicy = Readonly<Partial<Record<'ALLOWED_REGISTRIES' | 'BLOCKED_TAGS' | 'DISABLE_EMPTY_TAG', string>>>;

/** A policy, and what it says of images; what passes has no sentences. */
interface Row {
  readonly policy: FlatPolicy;
  readonly images: Readonly<Record<string, readonly string[]>>;
}

const registries = 'registry.example.com:5000,gcr.io/acme,*.pkg.dev';
const from = (image: string, list = registries): readonly string[] => [untrusted('c0', image, list)];
const many = Array.from({ length: 100 }, (_, index) => `registry-${100 + index}.example.com`);

export const POLICY_ROWS: Readonly<Record<string, Row>> = {
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
