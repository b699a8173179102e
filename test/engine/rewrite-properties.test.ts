import { expect } from 'chai';
import * as fc from 'fast-check';
import { rewriter } from '../../src/engine/rewrite.ts';
import { readReference } from '../../src/image/read-reference.ts';
import { type ImageReference, InvalidReferenceError, parseReference } from '../../src/image/reference.ts';
import { type RegistryMirror, registryMirrors } from '../../src/rule/registry-mirrors.ts';
import { entriesOf, rulesetUnder } from '../ruleset.ts';
import { begins, imageComponents, naiveMirror, placeComponents } from './naive-mirrors.ts';
import { imageOf, REQUEST } from './rewritable.ts';

// Few names, so that what is random meets.
const HOSTS = ['docker.io', 'registry-1.docker.io', 'a.io', 'a.io:443', 'a.io:5000', 'b.io', 'm.io'];
const component = fc.constantFrom('a', 'b', 'ab', 'library');
const path = fc.array(component, { maxLength: 2 });
const place = fc.tuple(fc.constantFrom(...HOSTS), path).map(([host, names]) => [host, ...names].join('/'));
const digest = fc.constantFrom('a', 'b').map((digit) => `@sha256:${digit.repeat(64)}`);
const image = fc
  .tuple(
    fc.constantFrom('', 'index.docker.io/', ...HOSTS.map((host) => `${host}/`)),
    fc.array(component, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', ':1', ':latest'),
    fc.oneof(fc.constant(''), digest),
  )
  .map(([host, names, tag, by]) => host + names.join('/') + tag + by);

const mapping: fc.Arbitrary<RegistryMirror> = fc.record({
  registry: place,
  mirror: place,
  except: fc.array(
    place.map((name) => `${name}/**`),
    { maxLength: 2 },
  ),
  digests: fc.constantFrom('keep', 'refuse'),
});

function isLoadable(mirrors: readonly RegistryMirror[]): boolean {
  try {
    registryMirrors(mirrors);
    return true;
  } catch {
    return false;
  }
}

/** Mappings that load. */
const mappings = fc.array(mapping, { minLength: 1, maxLength: 4 }).filter(isLoadable);

/** The whole name of an image, in components. */
function componentsOf({ registry = 'docker.io', repository }: ImageReference): readonly string[] {
  return imageComponents(registry, repository);
}

function naiveMirrored(mirrors: readonly RegistryMirror[], read: ImageReference): string | undefined {
  const found = naiveMirror(mirrors, componentsOf(read));
  if (found === undefined) return undefined;
  const { tag, digest: by } = read;
  const isKept = by !== undefined && found.mapping.digests !== 'refuse';
  return `${found.repository}${tag === undefined ? '' : `:${tag}`}${isKept ? `@${by}` : ''}`;
}

const RUNS = { numRuns: Number(process.env['REWRITE_RUNS'] ?? 5000) };

describe('mirrors', () => {
  it('are those of an interpreter that tries every mapping', () => {
    const plain = mappings.map((mirrors) => mirrors.map((one) => ({ ...one, except: [] }))).filter(isLoadable);
    fc.assert(
      fc.property(plain, image, (mirrors, raw) => {
        const read = parseReference(raw);
        expect(registryMirrors(mirrors).mirrored(read)).to.equal(naiveMirrored(mirrors, read));
      }),
      RUNS,
    );
  });
});

describe('what is rewritten', () => {
  const settings = fc.array(mappings, { minLength: 1, maxLength: 3 });
  let count = 0;

  it('is a reference, is not rewritten again, and keeps its tag and digest', () => {
    fc.assert(
      fc.property(settings, fc.boolean(), image, (lists, writesOut, raw) => {
        const entries = entriesOf({
          'registry-mirror': lists.map((mirrors) => ({ action: 'rewrite', options: { mirrors } })),
          'default-registry': { action: writesOut ? 'rewrite' : 'off' },
        });
        const rewrite = rewriter(rulesetUnder({ rules: entries }).everywhere, REQUEST, 0);
        const before = imageOf(raw);
        const after = rewrite(before);
        expect(rewrite(after)).to.equal(after);
        if (after === before) return;
        count += 1;
        const [was, is] = [readReference(raw), readReference(after.raw)];
        if (was instanceof InvalidReferenceError || is instanceof InvalidReferenceError) throw new Error(after.raw);
        expect([is.tag, is.digest, after.written]).to.deep.equal([was.tag, was.digest, raw]);
        // The last component is the image's, whatever is before it; only a mapping of a whole image has another.
        const isWhole = lists
          .flat()
          .some(({ registry }) => placeComponents(registry).join('/') === componentsOf(was).join('/'));
        const steps = after.rewrites?.length ?? 0;
        if (!isWhole && steps === 1) expect(componentsOf(is).at(-1)).to.equal(componentsOf(was).at(-1));
      }),
      { numRuns: RUNS.numRuns / 10 },
    );
    // Some fifth of those tried.
    expect(count).to.be.above(RUNS.numRuns / 100);
  });

  it('has a mapping: nothing outside of it changes', () => {
    fc.assert(
      fc.property(mappings, image, (mirrors, raw) => {
        const entries = entriesOf({ 'registry-mirror': { action: 'rewrite', options: { mirrors } } });
        const before = imageOf(raw);
        const name = componentsOf(parseReference(raw));
        fc.pre(!mirrors.some(({ registry }) => begins(name, placeComponents(registry))));
        expect(rewriter(rulesetUnder({ rules: entries }).everywhere, REQUEST, 0)(before)).to.equal(before);
      }),
      { numRuns: RUNS.numRuns / 10 },
    );
  });
});
