import { expect } from 'chai';
import { documentTexts } from '../../src/manifest/document-texts.ts';
import { chunks, collected } from './chunks.ts';

/** A stream, and its documents with their first lines. */
const STREAMS: readonly (readonly [what: string, stream: string, documents: readonly (readonly [number, string])[]])[] =
  [
    ['nothing', '', []],
    ['blank lines', '\n \r\n\n', []],
    ['one document', 'a: 1\nb: 2', [[1, 'a: 1\nb: 2']]],
    [
      'two',
      'a: 1\n---\nb: 2\n',
      [
        [1, 'a: 1\n'],
        [2, '---\nb: 2\n'],
      ],
    ],
    ['a mark at the start', '---\na: 1\n', [[1, '---\na: 1\n']]],
    [
      'a comment after the mark',
      'a: 1\n--- # b\nb: 2\n',
      [
        [1, 'a: 1\n'],
        [2, '--- # b\nb: 2\n'],
      ],
    ],
    [
      'a comment right after the mark',
      'a: 1\n---# b\nb: 2\n',
      [
        [1, 'a: 1\n'],
        [2, '--- # b\nb: 2\n'],
      ],
    ],
    [
      'ends of lines of Windows',
      'a: 1\r\n---\r\nb: 2\r\n',
      [
        [1, 'a: 1\r\n'],
        [2, '---\r\nb: 2\r\n'],
      ],
    ],
    [
      'byte order marks of two files',
      '\uFEFFa: 1\n\uFEFF---\nb: 2',
      [
        [1, 'a: 1\n'],
        [2, '---\nb: 2'],
      ],
    ],
    ['a mark within a text', 'a: |\n  ---\n  b\n', [[1, 'a: |\n  ---\n  b\n']]],
    [
      'two lines of JSON',
      '{"a":1}\n{"b":2}',
      [
        [1, '{"a":1}\n'],
        [2, '{"b":2}'],
      ],
    ],
    [
      'JSON over lines',
      '{\n "a":1\n}\n\n{\n}\n',
      [
        [1, '{\n "a":1\n}\n\n'],
        [5, '{\n}\n'],
      ],
    ],
    ['a list of objects', '[\n{"a":1},\n{"b":2}]', [[1, '[\n{"a":1},\n{"b":2}]']]],
  ];

describe('documentTexts', () => {
  for (const [what, stream, documents] of STREAMS) {
    it(`reads ${what}, however it is cut`, async () => {
      const expected = documents.map(([line, text]) => ({ text, line }));
      expect(await collected(documentTexts(chunks(stream)))).to.deep.equal(expected);
      expect(await collected(documentTexts(chunks(...stream)))).to.deep.equal(expected);
    });
  }

  it('gives a document before it asks for what follows', async () => {
    async function* endless(): AsyncGenerator<string> {
      yield 'a: 1\n---\nb: 2';
      throw new Error('asked for more');
    }
    const { value } = await documentTexts(endless()).next();
    expect(value).to.deep.equal({ text: 'a: 1\n', line: 1 });
  });
});
