import { expect } from 'chai';
import { locationText } from '../../src/mistake/mistake.ts';
import { readYaml } from '../../src/yaml/yaml-document.ts';
import { at } from '../mistakes.ts';

const read = (text: string): unknown => {
  const { value, mistakes } = readYaml(text, { name: 'x.yaml' });
  expect(mistakes).to.deep.equal([]);
  return value;
};

const told = (text: string): readonly string[] =>
  readYaml(text, { name: 'x.yaml' }).mistakes.map((mistake) => {
    expect(mistake.code).to.equal('policy-yaml-unreadable');
    return `${locationText(mistake)}: ${mistake.expected}: ${mistake.found}`;
  });

describe('readYaml', () => {
  for (const [text, value] of [
    ['', undefined],
    ['\n', undefined],
    ['# only\n# comments\n', undefined],
    ['---\n', undefined],
    ['--- # x\n...\n', undefined],
    ['~', undefined],
    ['\uFEFFa: 1', { a: 1 }],
    ['a: 1\nb: [x, "y", null, true, 1.5]\n', { a: 1, b: ['x', 'y', null, true, 1.5] }],
    ['a:\r\n  b:\r\n', { a: { b: null } }],
    ['{a, b: }', { a: null, b: null }],
    ['- \n- x', [null, 'x']],
    // YAML 1.2: none of these is anything but text.
    ['[off, no, yes, on, 2027-03-31, 1_000, 12:30]', ['off', 'no', 'yes', 'on', '2027-03-31', '1_000', '12:30']],
    ['0o7: a\ntrue: b\n~: c\n1.0: d', { '0o7': 'a', true: 'b', '~': 'c', '1.0': 'd' }],
    ['a: &x [1]\nb: *x', { a: [1], b: [1] }],
    ['<<: {a: 1}', { '<<': { a: 1 } }],
    ['a: |\n  x\n  y\n', { a: 'x\ny\n' }],
    ['!!str 1', '1'],
  ] as const) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(read(text)).to.deep.equal(value);
    });
  }

  it('takes __proto__ for a key as any other', () => {
    const value = read('__proto__: {polluted: true}\nconstructor: 1') as object;
    expect(Object.keys(value)).to.deep.equal(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
    expect('polluted' in value).to.equal(false);
  });

  it('knows where each value is written, by the keys that lead to it', () => {
    const { where } = readYaml('a:\n  - b: 1\n    "c/d~e f": [x,\n      y]\n', { name: 'x.yaml' });
    for (const [path, place] of [
      [[], 'x.yaml:1:1'],
      [['a'], 'x.yaml:1:1 a'],
      [['a', 0], 'x.yaml:2:5 a[0]'],
      [['a', 0, 'b'], 'x.yaml:2:5 a[0].b'],
      [['a', 0, 'c/d~e f'], 'x.yaml:3:5 a[0]["c/d~e f"]'],
      [['a', 0, 'c/d~e f', 1], 'x.yaml:4:7 a[0]["c/d~e f"][1]'],
      [['nowhere'], 'x.yaml:1:1'],
    ] as const) {
      expect(where(...path), path.join('/')).to.deep.equal(at(place));
    }
  });

  for (const [text, mistakes] of [
    ['a: 1\nb: 2\na: 3', ['x.yaml:3:1 a: each key once: "a" again']],
    ['{b: {a: 1, "a": 2}}', ['x.yaml:1:12 b.a: each key once: "a" again']],
    ['1: x\n"1": y', ['x.yaml:2:1 1: each key once: "1" again']],
    ['? [a]\n: 1', ['x.yaml:1:3: keys that are text: a list or an object']],
    ['a: !!binary YQ==', ['x.yaml:1:4: YAML 1.2: Unresolved tag: tag:yaml.org,2002:binary']],
    ['a: !mine x', ['x.yaml:1:4: YAML 1.2: Unresolved tag: !mine']],
    ['a: 1\n---\nb: 2', ['x.yaml:2:1: one document: a second one']],
    ['a: "x', ['x.yaml:1:6: YAML 1.2: Missing closing "quote']],
    ['a:\n\tb: 1', ['x.yaml:2:1: YAML 1.2: Tabs are not allowed as indentation']],
    ['a: b: c', ['x.yaml:1:4: YAML 1.2: Nested mappings are not allowed in compact mappings']],
    ['a: *b', ['x.yaml:1:1 a: the alias of an anchor: "*b"']],
    ['&a [*a]', ['x.yaml: YAML within its limits: more levels, or an alias within what it stands for']],
    [`${'['.repeat(40)}${']'.repeat(40)}`, ['x.yaml: YAML within its limits: more levels']],
    [' '.repeat(128 * 1024 + 1), ['x.yaml: YAML within its limits: 131073 characters']],
    [`a: &a 1\nb: [${'*a, '.repeat(101)}]`, ['x.yaml: YAML within its limits: more aliases']],
    [`a: &a [${'1,'.repeat(10_000)}]\nb: [${'*a,'.repeat(10)}]`, ['x.yaml: YAML within its limits: more values']],
  ] as const) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(told(text)).to.deep.equal(mistakes);
    });
  }

  it('refuses aliases of aliases, which grow with each line', () => {
    const lines = Array.from({ length: 8 }, (_, level) => `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`);
    const bomb = ['a: &a-1 [x, x, x, x, x, x, x, x, x]', ...lines].join('\n');
    expect(told(bomb)).to.deep.equal(['x.yaml: YAML within its limits: more aliases']);
  });

  it('tells no more than ten slips', () => {
    const mistakes = told('a:\n\tb\n'.repeat(1000));
    expect(mistakes).to.have.lengthOf(11);
    expect(mistakes[10]).to.match(/^x\.yaml:\d+:\d+: YAML 1\.2: \d+ more mistakes$/);
  });

  it('keeps its own words printable', () => {
    for (const { found } of readYaml('a: !\u202E x\n', { name: 'x.yaml' }).mistakes) expect(found).to.match(/^[ -~]*$/);
  });

  // Each made a parser slow once, or ended the process: `{{{` by a regular expression at the end of the stack.
  const LENGTH = 16 * 1024;
  for (const piece of [
    '[',
    '{',
    '- ',
    '? ',
    'a: ',
    '[{',
    'a: 1\n',
    '\t\n',
    '&a ',
    '*a ',
    '!a ',
    '- *a\n',
    ',',
    ']',
    '}',
    '---\n',
    '# x\n',
    '"',
    "'",
    '|\n',
    '\\',
    '%a b\n',
    '\n',
    '\r',
    ' ',
    '\0',
    ':',
    '? [a]\n',
    '- &a 1\n',
    '<<: *a\n',
    '\u{1F600}',
  ]) {
    it(`is done with ${JSON.stringify(piece)} again and again`, () => {
      for (const before of ['', '[']) readYaml(before + piece.repeat((LENGTH - 8) / piece.length), { name: 'x.yaml' });
    });
  }
});
