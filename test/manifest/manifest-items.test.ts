import { expect } from 'chai';
import { manifestItems } from '../../src/manifest/manifest-items.ts';
import { locationText, mistakeText } from '../../src/mistake/mistake.ts';
import { chunks, collected } from './chunks.ts';

const IMAGE = 'spec.containers[0].image';

/** What is in a manifest, a text for each: an object with where its image is, what is skipped, or a mistake. */
async function itemsOf(text: string, word?: string): Promise<readonly string[]> {
  const items = await collected(manifestItems(chunks(text), 'x.yaml', word));
  return items.map((item) => {
    if ('mistake' in item) return mistakeText(item.mistake).replace(/\. .*/s, '');
    if ('skipped' in item) return `${locationText(item.skipped)}: skipped`;
    const { object, request, where } = item;
    const { image = '' } = ((request?.object ?? object) as Pod).spec?.containers?.[0] ?? {};
    return `${locationText(where(IMAGE))}: ${object.apiVersion} ${object.kind} ${String(image)}`;
  });
}

interface Pod {
  readonly spec?: { readonly containers?: readonly { readonly image?: unknown }[] };
}

const pod = (image: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n    - name: b\n      image: ${image}\n`;
const PLACE = '7:14 spec.containers[0].image: v1 Pod';
const ONE = '{ spec: { containers: [{ image: one }] } }';

const JSON_POD = (image: string, type = true): string =>
  JSON.stringify({ ...(type && { apiVersion: 'v1', kind: 'Pod' }), spec: { containers: [{ image }] } });
const LONG = ' '.repeat(4 * 1024 * 1024);
const nested = (levels: number): string =>
  `${'{"apiVersion":"v1","kind":"List","items":['.repeat(levels)}${JSON_POD('a')}${']}'.repeat(levels)}`;

/** Manifests, and what is in them; as kubectl v1.37.2 reads them, by `kubectl label --local`. */
const MANIFESTS: readonly (readonly [what: string, text: string, items: readonly string[]])[] = [
  ['a pod', pod('nginx'), [`x.yaml:${PLACE} nginx`]],
  [
    'a pod with Windows ends of lines and a mark',
    `\uFEFF${pod('nginx').replaceAll('\n', '\r\n')}`,
    [`x.yaml:${PLACE} nginx`],
  ],
  ['a tab before a value', pod('\tnginx').replace('image: ', 'image:'), [`x.yaml:${PLACE} nginx`]],
  ['JSON', `${JSON_POD('a')}\n`, ['x.yaml:1:64 spec.containers[0].image: v1 Pod a']],
  ['JSON that is none', '{"apiVersion":"v1","kind":"Pod",\n x}', ['x.yaml:1:1: v1 Pod ']],
  [
    'long lists in JSON, item by item, and what follows',
    `{"kind":"PodList","apiVersion":"v1","items":[\n ${JSON_POD('a', false)},${JSON_POD('b', false)}]}${LONG}\n{"items":[\n${JSON_POD('c')},\n1,\n${JSON_POD('d', false)},\n{x\n`,
    [
      'x.yaml:2:34 spec.containers[0].image: v1 Pod a',
      'x.yaml:2:74 spec.containers[0].image: v1 Pod b',
      'x.yaml:4:64 spec.containers[0].image: v1 Pod c',
      'x.yaml:5:1: expected an object with apiVersion and kind, found none',
      'x.yaml:6:1: expected an object with apiVersion and kind, found none',
      'x.yaml:8:1: expected YAML 1.2, found Flow map must end with a }',
      'x.yaml:3:11: expected YAML 1.2, found Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  ['lists within lists', nested(20), [`x.yaml:1:904 ${'items[0].'.repeat(20)}spec.containers[0].image: v1 Pod a`]],
  [
    'too many lists within lists',
    nested(60),
    ['x.yaml:1: expected lists within lists, found more than 50 levels of them'],
  ],
  ['a quoted image', pod('"nginx"'), [`x.yaml:${PLACE} nginx`]],
  ['an image by YAML 1.1', pod('off'), [`x.yaml:${PLACE} false`]],
  ['no image', pod('x').replace(/ +image.*\n/, ''), ['x.yaml:6:7 spec.containers[0]: v1 Pod ']],
  [
    'two documents',
    `${pod('a')}---\n${pod('b')}`,
    [`x.yaml:${PLACE} a`, `x.yaml:15:14 spec.containers[0].image: v1 Pod b`],
  ],
  [
    'equal keys, of which the last counts',
    'apiVersion: v1\nkind: Pod\nspec: { containers: [{ image: one }] }\nspec: { containers: [{ image: two }] }\n',
    ['x.yaml:4:31 spec.containers[0].image: v1 Pod two'],
  ],
  [
    'an image behind an alias',
    'x: &image nginx\napiVersion: v1\nkind: Pod\nspec: { containers: [{ image: *image }] }\n',
    ['x.yaml:4:31 spec.containers[0].image: v1 Pod nginx'],
  ],
  [
    'an image that is merged',
    'x: &one { image: one }\napiVersion: v1\nkind: Pod\nspec: { containers: [{ <<: *one, name: b }] }\n',
    ['x.yaml:1:18 spec.containers[0].image: v1 Pod one'],
  ],
  [
    'an image before one that is merged, which counts',
    'x: &one { image: one }\napiVersion: v1\nkind: Pod\nspec: { containers: [{ image: two, <<: *one }] }\n',
    ['x.yaml:1:18 spec.containers[0].image: v1 Pod one'],
  ],
  [
    'an image after one that is merged, which does not',
    'x: &one { image: one }\napiVersion: v1\nkind: Pod\nspec: { containers: [{ <<: *one, image: two }] }\n',
    ['x.yaml:4:41 spec.containers[0].image: v1 Pod two'],
  ],
  [
    'the last of two merged images',
    'x: &one { image: one, <<: { image: zero } }\ny: &two { image: two }\napiVersion: v1\nkind: Pod\nspec: { containers: [{ <<: *two, <<: *one }] }\n',
    ['x.yaml:1:36 spec.containers[0].image: v1 Pod zero'],
  ],
  [
    'a key that is called like a merge',
    'apiVersion: v1\nkind: Pod\nspec: { containers: [{ "<<": { image: one } }] }\n',
    ['x.yaml:3:22 spec.containers[0]: v1 Pod '],
  ],
  [
    'an alias of an anchor that is set twice',
    'apiVersion: v1\nkind: Pod\nx: [&a one, &a two]\nspec: { containers: [{ image: *a }] }\n',
    ['x.yaml:4:31 spec.containers[0].image: v1 Pod two'],
  ],
  [
    'a list of merged images, of which the first counts',
    'x: &one { image: one }\ny: &two { image: two }\napiVersion: v1\nkind: Pod\nspec: { containers: [{ <<: [*two, *one] }] }\n',
    ['x.yaml:2:18 spec.containers[0].image: v1 Pod two'],
  ],
  [
    'a text to merge',
    'apiVersion: v1\nkind: Pod\nspec: { <<: nothing }\n',
    ['x.yaml:3:13: expected an object, or a list of objects, to merge by "<<", found something else'],
  ],
  [
    'what merges itself',
    'apiVersion: v1\nkind: Pod\nspec: &a { <<: *a }\n',
    ['x.yaml:1: expected YAML within its limits, found more aliases'],
  ],
  [
    'a List',
    'apiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: Pod }\n  - {}\n  - text\n',
    ['x.yaml:4:5 items[0]: v1 Pod ', 'x.yaml:5:5 items[1]: skipped', 'x.yaml:6:5 items[2]: skipped'],
  ],
  [
    'a PodList',
    `apiVersion: v1\nkind: PodList\nitems: [${ONE}]\n`,
    ['x.yaml:3:41 items[0].spec.containers[0].image: v1 Pod one'],
  ],
  [
    'an object that has items and is no list',
    'apiVersion: a.b/v1\nkind: Basket\nitems: [{}]\n',
    ['x.yaml:1:1: a.b/v1 Basket '],
  ],
  [
    'an object whose kind ends in List',
    'apiVersion: a.b/v1\nkind: AllowList\nspec: {}\n',
    ['x.yaml:3:7 spec: a.b/v1 AllowList '],
  ],
  [
    'JSON, one object after the other',
    '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"a"}]}}\n{"apiVersion":"v1","kind":"Pod"}\n',
    ['x.yaml:1:64 spec.containers[0].image: v1 Pod a', 'x.yaml:2:1: v1 Pod '],
  ],
  [
    'a recorded AdmissionReview',
    `apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest:\n  uid: u\n  operation: CREATE\n  kind: { group: '', version: v1, kind: Pod }\n  object: ${ONE}\n`,
    ['x.yaml:7:43 request.object.spec.containers[0].image: admission.k8s.io/v1 AdmissionReview one'],
  ],
  [
    'an AdmissionReview without its request',
    'apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nresponse: {}\n',
    ['x.yaml:1:1: expected a whole AdmissionReview, found The body is not a valid AdmissionReview: request is missing'],
  ],
  [
    'what is no object',
    '- 1\n---\ntext\n---\nkind: Pod\n---\n# nothing\n',
    ['x.yaml:1:1: skipped', 'x.yaml:2:1: skipped', 'x.yaml:4:1: skipped'],
  ],
  [
    'a broken document, and goes on',
    `a: "x\n---\n${pod('a')}---\na: 1\nb\n`,
    [
      'x.yaml:2:1: expected YAML 1.2, found Missing closing "quote',
      'x.yaml:9:14 spec.containers[0].image: v1 Pod a',
      'x.yaml:12:1: expected YAML 1.2, found Implicit map keys need to be followed by map values',
    ],
  ],
  [
    'a template, which is broken',
    `{{- if .Values.x }}\n${pod('a')}{{- end }}\n`,
    ['x.yaml:1:3: expected YAML 1.2, found Block collections are not allowed within flow collections'],
  ],
  [
    'a document that is too long',
    `${pod('a')}# ${'x'.repeat(4 * 1024 * 1024)}\n---\n${pod('b')}`,
    [
      'x.yaml:1: expected YAML within its limits, found 4194403 characters',
      'x.yaml:16:14 spec.containers[0].image: v1 Pod b',
    ],
  ],
];

describe('manifestItems', () => {
  for (const [what, text, items] of MANIFESTS) {
    it(`reads ${what}`, async () => {
      expect(await itemsOf(text)).to.deep.equal(items);
    });
  }

  it('leaves out documents without a word, unread', async () => {
    expect(await itemsOf(`a: "x\n---\n${pod('a')}`, 'Pod')).to.deep.equal([
      'x.yaml:9:14 spec.containers[0].image: v1 Pod a',
    ]);
  });
});
