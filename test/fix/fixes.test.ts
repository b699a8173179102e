import { expect } from 'chai';
import { randomFrom, seedOfRun, type Random } from '../random.ts';
import { rulesetUnder, settingsOf } from '../ruleset.ts';
import { fixed } from './judged.ts';

const RULESET = rulesetUnder({
  rules: settingsOf({ 'registry-allowlist': { options: { registries: ['docker.io', 'quay.io'] } } }),
});

const head = 'apiVersion: v1\nkind: Pod\nspec:\n';
const REVIEW = `apiVersion: admission.k8s.io/v1
kind: AdmissionReview
request: { uid: u, operation: CREATE, kind: { group: '', version: v1, kind: Pod }, object: { spec: { containers: [{ image: a:1 }] } } }
`;

/** Manifests, as they are fixed: `«a:1»` becomes `docker.io/a:1`, and nothing else changes. */
const FIXED: readonly string[] = [
  `${head}  containers:\n    - image: «a:1» # why\n      name:   a\n`,
  `${head}  containers: [{name: a, image: «a:1»},   {"image":"«b:2»"}]\n`,
  `${head}  containers:\n  - {image: '«a:1»', name: a}\n  # a\n  - name: b\n    image:\n      "«b:2»"\n\n\n`,
  // Long lines, documents, and no end of the last line.
  `# a\n---\n${head}  containers:\n  - image: «a:1»\n---\n\n${head}  containers:\n  - image: «a:1»`,
  `---{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"«a:1»"},{"image":"«a:1»"}]}}\n`,
  '{"apiVersion":"v1","kind":"Pod",\n\t"spec":{"containers":[{"image":\t"«a:1»"}]}}\n{"apiVersion": 1}\n',
  '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"«a:1»"}]}}\n{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"«b:1»"}]}}',
  // A byte order mark, also in the middle, and other ends of lines.
  `\uFEFF${head}  containers: [{image: «a:1»}]\n`,
  '\uFEFF{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"«a:1»"}]}}\n',
  `a: 1\n\uFEFF--- # x\n${head}  containers: [{image: «a:1»}]\n`,
  `${head}  containers:\n    - image: «a:1»\n      name: "é😀"\n`.replaceAll('\n', '\r\n'),
  `${head}  containers: [{name: "é😀", image: «a:1»}]\n`,
  // Anchors, where all want the same.
  `${head}  containers:\n  - image: &one «a:1»\n  - image: *one\n`,
  `${head}  initContainers: &all\n  - image: !!str «a:1»\n  containers: *all\n`,
  `${head}  containers:\n  - &one\n    image: «a:1»\n    name: a\n  - <<: *one\n    name: b\n`,
  // Lists, and the other places of images.
  `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec: {initContainers: [{image: «a:1»}], containers: [], volumes: [{name: a, image: {reference: «b:1»}}]}\n`,
  'apiVersion: v1\nkind: PodList\nitems: [{spec: {containers: [{image: «a:1»}]}}]\n',
  // What is broken, and what is fine.
  `${head}  containers: [{image: docker.io/a:1}, {image: gcr.io/a:1}]\n---\na: "b\n---\n${head}  containers: [{image: «a:1»}]\n`,
];

/** Manifests that stay as they are, and why. */
const LEFT: readonly (readonly [text: string, ...told: readonly string[]])[] = [
  [
    `${head}  containers: [{image: "a\\x3a1"}]\n`,
    '4:24: expected docker.io/a:1, found a:1, not in one piece on one line',
  ],
  [
    `${head}  containers:\n  - image: >-\n      a:1\n`,
    '5:12: expected docker.io/a:1, found a:1, not in one piece on one line',
  ],
  [
    `${head}  containers:\n  - image: "a:\\\n      1"\n`,
    '5:12: expected docker.io/a:1, found a:1, not in one piece on one line',
  ],
  // An anchor that also holds something else, or is a key.
  [
    `${head}  containers:\n  - image: &one a:1\n    env: [{name: x, value: *one}]\n`,
    '5:17: expected docker.io/a:1, found a:1, which is also used where it should stay',
  ],
  [
    `${head}  x: &one a:1\n  containers:\n  - image: *one\n`,
    '4:11: expected docker.io/a:1, found a:1, which is also used where it should stay',
  ],
  [
    `${head}  &one a:1: x\n  containers:\n  - image: *one\n`,
    '6:12: expected docker.io/a:1, found a:1, not in one piece on one line',
  ],
  [REVIEW, '3:124: expected docker.io/a:1, found a:1, in a recorded review'],
  // A guess is left to people.
  [`${head}  containers: [{image: qauy.io/a:1}, {image: ' docker.io/a:1'}]\n`],
];

const before = (text: string): string => text.replaceAll(/[«»]/g, '');
const after = (text: string): string => text.replaceAll(/«(.*?)»/g, 'docker.io/$1');

describe('Fixes', () => {
  for (const text of FIXED) {
    it(`writes into ${JSON.stringify(text)}`, async () => {
      const once = await fixed(before(text), RULESET);
      expect([once.text, once.told]).to.deep.equal([after(text), []]);
      const twice = await fixed(once.text, RULESET);
      expect([twice.text, twice.edits]).to.deep.equal([once.text, []]);
    });
  }

  for (const [text, ...told] of LEFT) {
    it(`leaves ${JSON.stringify(text)}, and says why`, async () => {
      const tried = await fixed(text, RULESET);
      expect(tried.text).to.equal(text);
      expect(tried.told.map((line) => line.replace(/^x\.yaml:(.*?)\. .*$/, '$1'))).to.deep.equal(told);
      expect(tried.told.every((line) => line.endsWith('. [manifest-unfixed]'))).to.equal(true);
    });
  }

  it('writes into any layout what ends its findings, and nothing else', async () => {
    const seed = seedOfRun();
    const random = randomFrom(seed);
    let edits = 0;
    for (let round = 0; round < 500; round += 1) {
      const text = randomText(random);
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that the first that fails is told
      const once = await fixed(before(text), RULESET);
      const said = `SEED=${seed} ${JSON.stringify(text)}`;
      expect([once.text, once.told], said).to.deep.equal([after(text), []]);
      // oxlint-disable-next-line no-await-in-loop -- as well
      expect((await fixed(once.text, RULESET)).findings, said).to.equal(0);
      edits += once.edits.length;
    }
    expect(edits).to.be.above(500);
  });
});

/** Documents with images that are fixed in any form, comments, blanks and ends of lines; anchors only where all agree. */
function randomText(random: Random): string {
  const blanks = (): string => ' '.repeat(1 + random.below(3));
  const image = (): string => {
    const name = random.pick(['«a:1»', '«acme/app:2.0»', 'docker.io/a:1', 'quay.io/b@sha256:' + 'a'.repeat(64)]);
    return random.pick([name, `"${name}"`, `'${name}'`, `&x${random.below(9)} ${name}`, `!!str ${name}`]);
  };
  const comment = (): string => (random.chance(0.3) ? `${blanks()}# image: a:1 é😀` : '');
  const container = (): string =>
    random.pick([
      () => `  -${blanks()}image:${blanks()}${image()}${comment()}\n`,
      () => `  - name: "image: a:1"${comment()}\n    image:${comment()}\n${blanks()}     ${image()}\n`,
      () => `  - {${blanks()}name: 'a', image:${blanks()}${image()} }${comment()}\n`,
      () => `  - {"image":"«c:1»","name":"c"}\n`,
    ])();
  const list = (): string => Array.from({ length: 1 + random.below(3) }, container).join('');
  const document = (): string => {
    if (random.chance(0.2)) return before(`# ${image()}\na: ${image()}\n`);
    if (random.chance(0.2))
      return '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "«a:1»"}, {"image":"docker.io/b:1"}]}}\n';
    return `${head}  containers:${comment()}\n${list()}${random.chance(0.3) ? `  initContainers:\n${list()}` : ''}`;
  };
  const marks = ['---\n', '--- # x\n', '\n---\n\n', '\uFEFF---\n', '---# Source: a.yaml\n'];
  const text = Array.from({ length: 1 + random.below(4) }, document).reduce(
    (all, next) => all + random.pick(marks) + next,
  );
  const ended = random.chance(0.3) ? text.replaceAll('\n', '\r\n') : text;
  return (random.chance(0.2) ? '\uFEFF' : '') + (random.chance(0.2) ? ended.trimEnd() : ended);
}
