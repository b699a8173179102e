import { expect } from 'chai';
import { junitReport } from '../../src/check-report/junit-report.ts';
import { written, writtenOfNothing } from './written.ts';
import { readXml, type XmlElement } from './xml.ts';

interface Declared {
  /** What it may hold. */
  readonly holds: readonly string[];
  /** Attributes, those that it must have ending in `!`. */
  readonly has: string;
  readonly text?: true;
}

const OUTCOME: Declared = { holds: [], has: 'type message', text: true };

/**
 * What JUnit's XML may be made of: what the schema of Jenkins declares, junit-10.xsd in jenkinsci/xunit-plugin, but for
 * reruns. All attributes are text there, and `time` a number.
 */
const DECLARED: Readonly<Record<string, Declared>> = {
  testsuites: { holds: ['testsuite'], has: 'name time tests failures errors' },
  testsuite: {
    holds: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
    has: 'name! tests! failures! errors! group time skipped timestamp hostname id package file log url',
  },
  testcase: {
    holds: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
    has: 'name! time classname group',
  },
  failure: OUTCOME,
  error: OUTCOME,
  skipped: OUTCOME,
  'system-out': { holds: [], has: '', text: true },
  'system-err': { holds: [], has: '', text: true },
};

/** What is not as declared. */
function objections({ name, attributes, children, text }: XmlElement): readonly string[] {
  const declared = DECLARED[name];
  if (declared === undefined) return [`<${name}>`];
  const known = declared.has.split(' ');
  const missing = known.filter((one) => one.endsWith('!') && attributes[one.slice(0, -1)] === undefined);
  return [
    ...missing.map((one) => `${name} without ${one}`),
    ...Object.keys(attributes)
      .filter((one) => !known.includes(one) && !known.includes(`${one}!`))
      .map((one) => `${name} with ${one}`),
    ...children.filter((child) => !declared.holds.includes(child.name)).map((child) => `${child.name} in ${name}`),
    ...(declared.text || text.trim() === '' ? [] : [`text in ${name}`]),
    ...children.flatMap(objections),
  ];
}

describe('junitReport', () => {
  it('is held against what the schema declares', () => {
    for (const [xml, wrong] of [
      ['<testsuites x="1">t</testsuites>', ['testsuites with x', 'text in testsuites']],
      ['<testsuites><testcase/></testsuites>', ['testcase in testsuites', 'testcase without name!']],
      ['<x/>', ['<x>']],
    ] as const)
      expect(objections(readXml(xml))).to.have.members(wrong);
    for (const xml of [
      '<a>',
      '<a></b>',
      '<a/><b/>',
      '<a>&x;</a>',
      '<a>&</a>',
      '<a b="<"/>',
      '<a b="1" b="2"/>',
      '<a>\u0007</a>',
      'x<a/>',
    ])
      expect(() => readXml(xml), xml).to.throw(Error);
  });

  it('has a suite for each object, which fails by each denial', () => {
    const report = readXml(written(junitReport()));
    expect(objections(report)).to.deep.equal([]);
    const suites = report.children.map(({ attributes, children: [testcase] }) => [
      `${attributes['name']} ${attributes['file']} ${attributes['tests']}/${attributes['failures']}/${attributes['errors']}`,
      testcase!.children.map(({ name, attributes: { type, message }, text }) => [name, type, message, text]),
    ]);
    const invalid =
      'a image is not a valid reference! (x<&"\\u{7}). A reference has only ASCII characters, without blanks and control characters.';
    const unreadable =
      'ImageGate cannot read the object, so it is denied: object.spec.containers must be a list, found a string.\nAsk #platform.';
    const broken = 'k8s/a b.yaml:3:2: expected YAML 1.2, found 100% nonsense. Mend it. [manifest-invalid]';
    const others = [
      'b image has a non-allowed tag! (gcr.io/b:latest). These tags "staging,latest" are prohibited. [blocked-tags]',
      'b image has no digest! (gcr.io/b:latest). Only images with digests are allowed. [require-digest]',
      'c image has no tag! (gcr.io/c). Only images with tags are allowed. [empty-tag]',
      'c image has no digest! (gcr.io/c). Only images with digests are allowed. [require-digest]',
    ].map((line) => `k8s/a b.yaml:7:25: ${line}`);
    expect(suites).to.deep.equal([
      [
        'Pod shop/p0 k8s/a b.yaml 1/1/0',
        [
          ['failure', 'valid-reference', invalid, `k8s/a b.yaml:7:25: ${invalid}`],
          ['system-out', undefined, undefined, others.join('\n')],
        ],
      ],
      ['Pod shop/p1 k8s/a b.yaml 1/1/0', [['failure', 'imagegate', unreadable, `k8s/a b.yaml:7:1: ${unreadable}`]]],
      ['Pod shop/p2 k8s/a b.yaml 1/0/0', []],
      ['a document k8s/a b.yaml 1/0/1', [['error', 'manifest-invalid', broken, broken]]],
    ]);
  });

  it('is written where there is nothing to tell', () => {
    expect(readXml(writtenOfNothing(junitReport()))).to.deep.include({ name: 'testsuites', children: [] });
  });

  it('leaves out what XML has no way to write', () => {
    const source = { name: 'a\u0007\uD800\n😀.yaml' };
    const said = junitReport().unreadable({
      code: 'manifest-invalid',
      source,
      expected: 'x',
      found: 'y',
      remedy: 'Z.',
    });
    expect(readXml(said).attributes['file']).to.equal('a\uFFFD\uFFFD\n😀.yaml');
  });
});
