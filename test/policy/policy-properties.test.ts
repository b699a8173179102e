import { Ajv } from 'ajv';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { RuleSetting } from '../../src/engine/policy.ts';
import { locationText } from '../../src/mistake/mistake.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import type { LoadedPolicy } from '../../src/policy/policy-yaml.ts';
import { projectRoot } from '../project-root.ts';
import { at } from '../mistakes.ts';
import { BUILT_IN } from '../ruleset.ts';

const loaded = (text: string): LoadedPolicy =>
  loadPolicy({}, { keys: new Map([['policy.yaml', { text, ...at('policy.yaml (test)') }]]), mistakes: [] }, BUILT_IN);

const kebab = fc.stringMatching(/^[a-z][a-z0-9]{0,5}(?:-[a-z0-9]{1,5}){0,3}$/);
const json = fc.jsonValue({ maxDepth: 3 });
const rule = fc.record(
  {
    action: fc.constantFrom('deny', 'warn', 'audit', 'off'),
    options: fc.dictionary(fc.string({ maxLength: 8 }), json, { maxKeys: 4 }),
  },
  { requiredKeys: [] },
);
const builtIn = new Set(['blocked-tags', 'empty-tag', 'registry-allowlist', 'valid-reference']);
const rules = fc.dictionary(
  // Of the built-in rules the schema in schemas/ judges the options too, and here all are free.
  kebab.filter((name) => !builtIn.has(name)),
  rule,
  { maxKeys: 4 },
);
const pattern = fc.stringMatching(/^[a-z*](?:[a-z0-9*-]{0,8}[a-z0-9*])?$/);
const some = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { minLength: 1, maxLength: 3 });
const words = fc.string({ minLength: 1, maxLength: 20 }).map((text) => `x${text}`);
const day = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true });
const exemption = fc.record(
  {
    name: kebab,
    reason: words,
    owner: words,
    expires: fc.oneof(
      fc.constant('never'),
      day.map((date) => date.toISOString().slice(0, 10)),
    ),
    namespaces: some(pattern.map((text) => `a${text}`)),
    rules: some(kebab.filter((name) => name !== 'valid-reference')),
    images: some(fc.stringMatching(/^ghcr\.io\/[a-z]{1,5}(?:\/(?:\*|\*\*|[a-z]{1,5})){0,2}$/)),
    users: some(words.map((text) => text.replaceAll('*', '.'))),
    groups: some(words.map((text) => text.replaceAll('*', '.'))),
    serviceAccounts: some(fc.stringMatching(/^[a-z]{1,8}:[a-z]{1,8}$/)),
  },
  { requiredKeys: ['name', 'reason', 'owner', 'expires', 'namespaces'] },
);
const policy = fc.record(
  {
    contact: fc.stringMatching(/^[ -~]{1,40}$/),
    rules,
    namespaces: fc.array(fc.record({ names: some(pattern), rules }), { maxLength: 3 }),
    exemptions: fc.uniqueArray(exemption, { selector: ({ name }) => name, maxLength: 3 }),
    podSpecs: fc.uniqueArray(
      fc.record({
        group: fc.constantFrom('example.com', 'argoproj.io'),
        kind: fc.stringMatching(/^[A-Z][a-z]{0,8}$/),
        path: fc.constantFrom('spec', 'spec.template.spec', 'spec.parts[*].template.spec'),
      }),
      { selector: ({ group, kind }) => `${group}/${kind}`, maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);

describe('policy.yaml', () => {
  it('is read as it was written, whatever the schema allows', async () => {
    const schema: unknown = JSON.parse(await readFile(join(projectRoot, 'schemas/policy.schema.json'), 'utf8'));
    const validate = new Ajv({ strict: false }).compile(schema as object);
    fc.assert(
      fc.property(policy, (written) => {
        // -0 is 0 in YAML, and objects of fast-check may have no prototype.
        const plain = JSON.parse(JSON.stringify(written)) as typeof written;
        expect(validate(plain), JSON.stringify(validate.errors)).to.equal(true);
        const { policy: read, mistakes } = loaded(stringify(plain, { aliasDuplicateObjects: false }));
        expect(mistakes).to.deep.equal([]);
        expect(read.contact).to.equal(plain.contact);
        const settings = Object.entries(plain.rules ?? {});
        expect([...read.rules.keys()]).to.deep.equal(settings.map(([name]) => name));
        for (const [name, { action, options = {} }] of settings) {
          const setting = read.rules.get(name) as RuleSetting;
          expect(setting.action).to.equal(action);
          expect(setting.options).to.deep.equal(options);
          expect(Object.keys(setting.sources)).to.deep.equal(Object.keys(options));
        }
        expect(read.namespaces.map(({ names }) => names)).to.deep.equal(
          (plain.namespaces ?? []).map(({ names }) => names),
        );
        const exemptions = read.exemptions.map(({ expires, ruleSources, ...rest }) => {
          expect(ruleSources?.length).to.equal(rest.rules?.length);
          const last = expires === Infinity ? 'never' : new Date(expires - 1).toISOString().slice(0, 10);
          return { ...rest, expires: last };
        });
        expect(exemptions).to.deep.equal(plain.exemptions ?? []);
        const paths = [...read.podSpecPaths].map(([kind, path]) => `${kind} ${path.join('.').replaceAll('.*', '[*]')}`);
        expect(paths).to.deep.equal((plain.podSpecs ?? []).map(({ group, kind, path }) => `${group}/${kind} ${path}`));
      }),
      { numRuns: 300 },
    );
  });

  const pieces = fc.constantFrom(
    ...'rules exemptions namespaces contact podSpecs names options action deny images expires'.split(' '),
    ...': |:\n|\n|\n  |\n    |- |[|]|{|}|, |"|\'|>\n|&a |*a|!!str |!x |<<: |? |# |---\n|...\n|\t|\0'.split('|'),
    ...'2027-02-30 1e999 .nan ~ __proto__ |'.split(' '),
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
    json.map((value) => stringify(value)),
    // A policy, and a slip in it.
    fc.tuple(policy, pieces, fc.nat()).map(([written, slip, offset]) => {
      const text = stringify(written);
      return text.slice(0, offset % text.length) + slip + text.slice(offset % text.length);
    }),
  );

  it('of any text is a policy or mistakes, each with all its parts, and never an exception', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { policy: read, mistakes } = loaded(text);
        for (const { expected, found, remedy, ...location } of mistakes) {
          expect(locationText(location)).to.match(/^policy\.yaml(?::[1-9]\d*:[1-9]\d*(?: \S.*)?| \(test\))$/);
          for (const part of [expected, found, remedy]) expect(part).to.match(/\S/);
          expect(remedy).to.match(/[.?]$/);
        }
        for (const { action } of [...read.rules.values()].flat()) {
          expect(action).to.be.oneOf(['deny', 'warn', 'audit', 'off', undefined]);
        }
        if (mistakes.length > 0) expect(read.exemptions.every(({ expires }) => expires >= 0)).to.equal(true);
      }),
      { numRuns: 1000 },
    );
  });
});
