import { expect } from 'chai';
import * as fc from 'fast-check';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';
import type { JsonObject } from '../../src/workload/json-object.ts';
import { admissionRequest, IMAGE_PLACES, podTemplate, WORKLOAD_KINDS } from '../admission-request.ts';
import { rulesetOf } from '../ruleset.ts';
import { reviewNow } from '../review-now.ts';

const RULESET = rulesetOf();
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 50_000);
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

const DIGEST = `@sha256:${'0123456789abcdef'.repeat(4)}`;
const names = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const component = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,4})?$/);
const repository = fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const tag = fc
  .stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}$/)
  .filter((text) => text !== 'latest' && text !== 'staging');
const pin = fc.oneof(
  tag.map((text) => `:${text}`),
  fc.constant(DIGEST),
  tag.map((text) => `:${text}${DIGEST}`),
);

const goodImage = fc
  .tuple(fc.constantFrom('docker.io/', 'gcr.io/', 'index.docker.io/'), repository, pin)
  .map((parts) => parts.join(''));

const badImage = fc.oneof(
  // No registry, or one that only resembles an allowed one.
  fc
    .tuple(
      component.filter((text) => !text.includes('.')),
      pin,
    )
    .map((parts) => parts.join('')),
  fc
    .tuple(
      fc.constantFrom('quay.io/', 'docker.io:443/', 'evilgcr.io/', 'gcr.io.evil.com/', 'localhost/', 'eu.gcr.io/'),
      repository,
      pin,
    )
    .map((parts) => parts.join('')),
  // No tag, or a blocked one, whatever stands behind it.
  repository.map((path) => `gcr.io/${path}`),
  fc
    .tuple(repository, fc.constantFrom(':latest', ':staging', `:latest${DIGEST}`))
    .map(([path, end]) => `gcr.io/${path}${end}`),
  // No reference at all.
  goodImage.map((image) => ` ${image}`),
  goodImage.map((image) => `${image}\n`),
  goodImage.map((image) => image.replace('o', 'O')),
  goodImage.map((image) => image.replace('k', '\u212A').replace('g', '\u0261')),
  fc.constantFrom('', '@', ':', 'sha256:abcdef', 'foo_bar.com/x:1', 'x'.repeat(1025)),
);

/** For each place in a pod spec the containers that stand there; names are distinct in a list. */
const lists = fc.record(
  Object.fromEntries(
    IMAGE_PLACES.map(({ list }) => [
      list,
      fc.uniqueArray(fc.tuple(names, goodImage), { maxLength: 3, selector: ([name]) => name }),
    ]),
  ),
);

function build(listed: Readonly<Record<string, readonly (readonly [string, string])[]>>): JsonObject {
  return podTemplate(
    Object.fromEntries(
      IMAGE_PLACES.map(({ list, item }) => [list, (listed[list] ?? []).map(([name, image]) => item(name, image))]),
    ),
  );
}

describe(`an image planted in an allowed review (${RUNS} runs, SEED=${SEED})`, () => {
  it('is denied wherever it stands, and its container named', function () {
    this.timeout(Math.max(120_000, RUNS * 10));
    const property = fc.property(
      fc.constantFrom(...WORKLOAD_KINDS),
      fc.constantFrom('CREATE', 'UPDATE'),
      lists,
      fc.constantFrom(...IMAGE_PLACES),
      fc.nat(),
      badImage,
      fc.boolean(),
      ({ wrap, ...kind }, operation, listed, { list }, position, image, replaces) => {
        const before = build(listed);
        const request = (template: JsonObject): AdmissionRequest =>
          admissionRequest({
            kind,
            operation,
            // As no container is called.
            name: 'the-object',
            object: wrap(template),
            ...(operation === 'UPDATE' && { oldObject: wrap(before) }),
          });
        expect(reviewNow(request(before), RULESET).response).to.deep.include({ allowed: true });

        const planted = [...(listed[list] ?? [])];
        const at = position % (planted.length + 1);
        const replaced = replaces ? planted[at] : undefined;
        const name = replaced?.[0] ?? 'planted-here-and-nowhere-else';
        planted.splice(at, replaced === undefined ? 0 : 1, [name, image]);
        const { verdict, response } = reviewNow(request(build({ ...listed, [list]: planted })), RULESET);
        expect(verdict).to.equal('denied');
        expect(response.allowed).to.equal(false);
        const lines = response.status?.message.split('\n') ?? [];
        expect(lines.pop()).to.match(/^[A-Z][A-Za-z]+ default\/the-object, by \S.*\.$/);
        expect(lines).to.not.deep.equal([]);
        for (const line of lines) expect(line.startsWith(`${name} image `), line).to.equal(true);
        expect(response.status?.details?.causes[0]?.field).to.include(`${kind.fieldPath}.${list}[${at}].`);
      },
    );
    fc.assert(property, { numRuns: RUNS, seed: SEED });
  });
});
