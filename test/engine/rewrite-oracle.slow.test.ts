import { expect } from 'chai';
import { rewriter } from '../../src/engine/rewrite.ts';
import type { RegistryMirror } from '../../src/rule/registry-mirrors.ts';
import { candidate } from '../image/candidates.ts';
import { buildOracle } from '../oracle/build-oracle.ts';
import { isDeniedThough, type OracleAnswer, startOracle } from '../oracle/oracle.ts';
import { type Random, randomFrom, seedOfRun } from '../random.ts';
import { entriesOf, rulesetUnder } from '../ruleset.ts';
import { skipWithout } from '../skip-without.ts';
import { imageComponents, naiveMirror } from './naive-mirrors.ts';
import { imageOf, REQUEST } from './rewritable.ts';

const CANDIDATES = Number(process.env['CANDIDATES'] ?? 200_000);
const BATCH = 10_000;
/** So that a batch meets many policies, and a policy many images. */
const POLICIES_PER_BATCH = 50;
const SEED = seedOfRun();

// Few names, so that images and mappings meet.
const HOSTS = ['docker.io', 'registry-1.docker.io', 'gcr.io', 'quay.io', 'quay.io:443', 'm.io:5000', 'localhost'];
const COMPONENTS = ['library', 'acme', 'app', 'a', 'ab'];
const VERSIONS = ['', ':1', ':v1.2_3-rc', `@sha256:${'a'.repeat(64)}`, `:latest@sha512:${'b'.repeat(128)}`];

interface Policy {
  readonly mirrors: readonly RegistryMirror[];
  readonly writesOut: boolean;
  readonly rewrite: ReturnType<typeof rewriter>;
}

function path(random: Random, least: number): readonly string[] {
  return Array.from({ length: least + random.below(3) }, () => random.pick(COMPONENTS));
}

/** A policy that loads: not all mappings go together. */
function policyFrom(random: Random): Policy {
  for (;;) {
    const mirrors = Array.from({ length: 1 + random.below(4) }, (): RegistryMirror => {
      const [registry, mirror] = [0, 1].map(() => [random.pick(HOSTS), ...path(random, 0)].join('/'));
      return { registry: registry!, mirror: mirror!, digests: random.pick(['keep', 'refuse'] as const) };
    });
    const writesOut = random.chance(0.3);
    const rules = entriesOf({
      'registry-mirror': { action: 'rewrite', options: { mirrors } },
      ...(writesOut && { 'default-registry': { action: 'rewrite' } }),
    });
    try {
      return { mirrors, writesOut, rewrite: rewriter(rulesetUnder({ rules }).everywhere, REQUEST, 0) };
    } catch {
      // A registry that is listed twice, or a mirror that is mirrored.
    }
  }
}

function imageFrom(random: Random, { mirrors }: Policy): string {
  if (random.chance(0.4)) return candidate(random);
  const { registry, mirror } = random.pick(mirrors);
  const place = random.pick([registry, mirror, random.pick(HOSTS), '']);
  // At the edge of what a repository's name may be long.
  const end = random.chance(0.02) ? ['x'.repeat(230 + random.below(26))] : path(random, 1);
  const names = [...(place === '' ? [] : [place]), ...end];
  return names.join('/') + random.pick(VERSIONS);
}

type Reading = Extract<OracleAnswer, { readonly error?: undefined }>;

/** What must be written in place of an image, by what the oracle reads and by every mapping tried, the longest taken. */
function expectedOf(raw: string, read: OracleAnswer, policy: Policy): string {
  if (read.error !== undefined || isDeniedThough(raw, read.domain)) return raw;
  const found = naiveMirror(policy.mirrors, imageComponents(read.domain, read.path));
  if (found !== undefined && (found.mapping.digests === 'keep' || read.digest === ''))
    return found.repository + versionOf(read);
  return writtenOut(raw, read, policy);
}

function writtenOut(raw: string, read: OracleAnswer, { writesOut }: Policy): string {
  const isQualified = read.error !== undefined || read.domain !== 'docker.io' || /^(?:index\.)?docker\.io\//.test(raw);
  return isQualified || !writesOut ? raw : `docker.io/${read.path}${versionOf(read)}`;
}

function versionOf({ tag, digest }: Reading): string {
  return `${tag && `:${tag}`}${digest && `@${digest}`}`;
}

/** A reference without its version, as the oracle reads it. */
function nameOf(reference: string, read: Reading): string {
  return reference.slice(0, reference.length - versionOf(read).length).replace(/^index\.docker\.io\//, 'docker.io/');
}

describe(`rewriter against distribution/reference v0.6.0 (CANDIDATES=${CANDIDATES} SEED=${SEED})`, () => {
  it('writes a reference that the kubelet reads, of the repository that the mapping says, with its tag and digest', async function () {
    this.timeout(60 * 60_000);
    const oracle = startOracle((await buildOracle()) ?? skipWithout('Go', this));
    const random = randomFrom(SEED);
    const counts = { rewritten: 0, asItIs: 0, unwritable: 0 };
    const differences: object[] = [];
    for (let made = 0; made < CANDIDATES && differences.length < 20; made += BATCH) {
      const policies = Array.from({ length: POLICIES_PER_BATCH }, () => policyFrom(random));
      const cases = Array.from({ length: Math.min(BATCH, CANDIDATES - made) }, () => {
        const policy = random.pick(policies);
        return { policy, raw: imageFrom(random, policy) };
      });
      // oxlint-disable-next-line no-await-in-loop -- a batch after the other
      const before = await oracle.answers(cases.map(({ raw }) => raw));
      const wanted = cases.map(({ raw, policy }, index) => expectedOf(raw, before[index]!, policy));
      // oxlint-disable-next-line no-await-in-loop -- a batch after the other
      const after = await oracle.answers(wanted);
      for (const [index, { raw, policy }] of cases.entries()) {
        const image = imageOf(raw);
        const got = policy.rewrite(image);
        const [was, is, text] = [before[index]!, after[index]!, wanted[index]!];
        const isChanged = text !== raw;
        // Too long, with the mirror before it: then it stays there, and is denied.
        const isUnwritable = isChanged && (is.error !== undefined || isDeniedThough(text, is.domain));
        counts[isUnwritable ? 'unwritable' : isChanged ? 'rewritten' : 'asItIs'] += 1;
        const isRight = !isChanged
          ? got === image
          : isUnwritable
            ? got.raw === writtenOut(raw, was, policy)
            : got.raw === text && got.written === raw && isSame(was, is, text) && policy.rewrite(got) === got;
        if (!isRight)
          differences.push({ raw, mirrors: policy.mirrors, writesOut: policy.writesOut, text, got: got.raw });
      }
    }
    await oracle.end();
    console.log(`      ${JSON.stringify(counts)}`);
    expect(differences.slice(0, 20)).to.deep.equal([]);
    // A test of images that stay, or of none that do, would show nothing.
    expect(counts.rewritten).to.be.above(CANDIDATES / 10);
    expect(counts.asItIs).to.be.above(CANDIDATES / 10);
    expect(counts.unwritable).to.be.above(0);
  });
});

/** Whether the oracle reads the same version as before, and the repository that is written. */
function isSame(was: OracleAnswer, is: OracleAnswer, text: string): boolean {
  if (was.error !== undefined || is.error !== undefined) return false;
  const name = `${is.domain}/${is.path}`;
  const written = nameOf(text, is);
  const isNamed = name === written || name === written.replace(/^docker\.io\//, 'docker.io/library/');
  return isNamed && is.tag === was.tag && is.digest === was.digest;
}
