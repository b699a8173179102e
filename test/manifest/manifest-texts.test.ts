import { expect } from 'chai';
import * as fc from 'fast-check';
import type { JsonText } from '../../src/manifest/json-lists.ts';
import { manifestTexts } from '../../src/manifest/manifest-texts.ts';
import { chunks, collected } from './chunks.ts';

const LIMIT = 100;
const PAD = ' '.repeat(LIMIT);

/** `part line:column text`, of what is no part of a list `line text`. */
const said = (part: Awaited<ReturnType<typeof texts>>[number]): string =>
  'part' in part ? `${part.part} ${part.line}:${part.column} ${part.text.trim()}` : `${part.line} ${part.text.trim()}`;
const texts = async (pieces: readonly string[], limit = LIMIT) => collected(manifestTexts(chunks(...pieces), limit));

const TEXTS: readonly (readonly [what: string, text: string, parts: readonly string[]])[] = [
  ['an object within the limit', '{ "items": [1, 2] }\n', ['1 { "items": [1, 2] }']],
  ['nothing', '', []],
  ['a stream of YAML that is longer', `a: 1${PAD}\n--- \nb: 2\n`, ['1 a: 1', '2 --- \nb: 2']],
  [
    'a list, its items and itself',
    `{ "kind": "X", "items": [ {"a": "]},["}, 2,"\\"",\n[[3]] ], "z":1 }${PAD}`,
    [
      'head 1:1 { "kind": "X", "items": []}',
      'item 1:27 {"a": "]},["}',
      'item 1:42 2',
      'item 1:44 "\\""',
      'item 2:1 [[3]]',
      'object 1:1 { "kind": "X", "items": [], "z":1 }',
    ],
  ],
  [
    'a list after a byte order mark and space, and one that is empty',
    `\uFEFF\n {"items":[]}${PAD} {"items" : [] }`,
    [
      'head 2:2 {"items":[]}',
      'object 2:2 {"items":[]}',
      `head 2:${15 + LIMIT} {"items" : []}`,
      `object 2:${15 + LIMIT} {"items" : [] }`,
    ],
  ],
  [
    'items that are not those of a list',
    `${PAD}{"a":{"items":[1]},"xitems":[2],"b":"items","c":[3],"\\"items":[4]}`,
    [`object 1:${LIMIT + 1} {"a":{"items":[1]},"xitems":[2],"b":"items","c":[3],"\\"items":[4]}`],
  ],
  [
    'what is cut off',
    `${PAD}{"items":[{"a":1},{"a":`,
    [
      `head 1:${LIMIT + 1} {"items":[]}`,
      `item 1:${LIMIT + 11} {"a":1}`,
      `item 1:${LIMIT + 19} {"a":`,
      `object 1:${LIMIT + 1} {"items":[`,
    ],
  ],
  ['YAML that follows', `{"a":1}${PAD}\n---\nb: 1\n---\nc: 1\n`, ['object 1:1 {"a":1}', '2 ---\nb: 1', '4 ---\nc: 1']],
  ['too much of an object, of which no more is kept than shows it', `{${PAD}${'"a",'.repeat(90)}`, ['object 1:1 {']],
];

describe('manifestTexts', () => {
  for (const [what, text, parts] of TEXTS) {
    it(`takes apart, whatever the chunks: ${what}`, async () => {
      const whole = (await texts([text])).map(said);
      // What is too long is kept to the end of its chunk.
      if (!what.startsWith('too much')) expect(whole).to.deep.equal(parts);
      expect((await texts([...text])).map(said)).to.deep.equal(parts);
    });
  }

  it('gives the items of any list as JSON.parse does, each from its place', async () => {
    const list = fc.record({ a: fc.json(), items: fc.array(fc.jsonValue()), kind: fc.string() });
    await fc.assert(
      fc.asyncProperty(
        list,
        fc.constantFrom('', ' ', '\t', '    '),
        fc.array(fc.nat(40)),
        async (value, indent, cuts) => {
          const text = JSON.stringify(value, undefined, indent);
          const pieces: string[] = [];
          let at = 0;
          for (const cut of cuts) pieces.push(text.slice(at, (at += cut)));
          const found = (await texts([' '.repeat(9999), ' ', ...pieces, text.slice(at)], 9999)) as readonly JsonText[];
          const items = found.filter(({ part }) => part === 'item');
          const lines = (' '.repeat(10_000) + text).split('\n');
          for (const { line, column, text: item } of items)
            expect(
              lines
                .slice(line - 1)
                .join('\n')
                .slice(column - 1, column - 1 + item.length),
            ).to.equal(item);
          expect(items).to.have.lengthOf(value.items.length);
        },
      ),
    );
  });
});
