import { expect } from 'chai';
import * as rule from 'imagegate/rule';
import { parseReference } from '../../src/image/reference.ts';
import { caseContext } from '../../src/testing/case-context.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/writing-rules.md');

/** The paths to all values that are no objects with a key, and those values as JSON. */
function leaves(path: string, value: unknown): readonly (readonly [path: string, json: string])[] {
  const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value);
  const parts = isBranch ? Object.entries(value) : [];
  if (parts.length === 0) return [[path, JSON.stringify(value) ?? 'undefined']];
  return parts.flatMap(([key, part]) => leaves(`${path}.${key}`, part));
}

function evaluated(expression: string, image: unknown): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- the page's own words, as its reader would write them
  const run = new Function(...Object.keys(rule), 'image', `return ${expression};`) as (...given: unknown[]) => unknown;
  return run(...Object.values(rule), image);
}

describe('docs/writing-rules.md, of what a rule sees', () => {
  it('has all of an image and of a context, each with its value', () => {
    const expected = [
      ...leaves('image', parseReference('index.docker.io/nginx:1.27')),
      ...leaves('context', caseContext({})),
    ];
    const told = rowsUnder(page, 'key').map(([key, value]) => [codesIn(key)[0], codesIn(value)[0]]);
    expect(told).to.have.deep.members(expected);
  });

  for (const [written, normalized] of rowsUnder(page, 'written')) {
    it(`normalizes ${written} as it says`, () => {
      const { registry, repository } = parseReference(codesIn(written)[0]!).normalized;
      expect([`${registry}/${repository}`]).to.deep.equal(codesIn(normalized));
    });
  }
});

describe('docs/writing-rules.md, of imagegate/rule', () => {
  for (const [matcher, matching, others] of rowsUnder(page, 'in `prepare`')) {
    const [code = ''] = codesIn(matcher);
    const isOfImages = /^(?:registry|repository|image)Patterns/.test(code);
    for (const [list, matches] of [
      [codesIn(matching), true],
      [codesIn(others), false],
    ] as const) {
      for (const text of list) {
        it(`${code} ${matches ? 'matches' : 'does not match'} ${text}`, () => {
          const made = evaluated(code, undefined) as { readonly matches: (what: unknown) => boolean };
          expect(made.matches(isOfImages ? parseReference(text) : text)).to.equal(matches);
        });
      }
      it(`${code} has an example that it ${matches ? 'matches' : 'does not match'}`, () => {
        expect(list).to.not.deep.equal([]);
      });
    }
  }

  for (const [expression, image, is] of rowsUnder(page, 'expression')) {
    const [code = ''] = codesIn(expression);
    const [written] = codesIn(image);
    it(`${code} is ${is}${written === undefined ? '' : `, for ${written}`}`, () => {
      const value = evaluated(code, written && parseReference(written));
      expect(JSON.stringify(value) ?? 'undefined').to.equal(codesIn(is)[0]);
    });
  }

  it('has an example of everything', () => {
    const blocks = [...page.matchAll(/^```js\n[^]*?^```$/gm)].map(([block]) => block);
    const rows = ['in `prepare`', 'expression'].flatMap((column) => rowsUnder(page, column)).map(([first]) => first);
    const examples = [...blocks, ...rows].join('\n');
    for (const name of Object.keys(rule)) expect(examples).to.match(new RegExp(`\\b${name}\\(`));
  });
});
