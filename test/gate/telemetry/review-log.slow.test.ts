import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { createLog } from '../../../src/gate/telemetry/log.ts';
import { logReview } from '../../../src/gate/telemetry/request-log.ts';
import { podCreate } from '../../admission-request.ts';
import { plain, readPage, rowsUnder } from '../../docs/tables.ts';
import { projectRoot } from '../../project-root.ts';
import { realRun } from '../../prometheus/real-run.ts';
import { reviewNow } from '../../review-now.ts';
import { rulesetOf } from '../../ruleset.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

type Line = Readonly<Record<string, unknown>>;

const schema = JSON.parse(readFileSync(join(projectRoot, 'schemas', 'review-log.schema.json'), 'utf8')) as {
  readonly properties: Readonly<Record<string, { readonly description: string }>>;
  readonly required: readonly string[];
};
const ajv = new Ajv({ allErrors: true, strict: true, formats: { 'date-time': true } });
/** Closed, as the lines of this version are to have no field that it leaves out. */
const ofThisVersion = ajv.compile({ ...schema, additionalProperties: false });
const ofAnyVersion = ajv.compile(schema);

describe('the log line of a review', () => {
  let lines: readonly Line[];
  const folder = temporaryFolder();

  before(async () => {
    lines = (await realRun()).reviews;
  });

  /** What the real log writes of a ruleset that cannot judge: no request of a real run brings that about. */
  async function erroredLine(): Promise<Line> {
    const path = join(folder.path, 'log');
    const fd = openSync(path, 'w');
    const log = createLog({ logLevel: 'info', logFormat: 'json', fd });
    const request = podCreate({ a: 'nginx' });
    const broken = { ...rulesetOf(), everywhere: undefined } as never;
    logReview(log.logger, request, reviewNow(request, broken), 1);
    await log.flush();
    closeSync(fd);
    return JSON.parse(readFileSync(path, 'utf8')) as Line;
  }

  it('is what its schema says, for each verdict, and each field of the schema is in one', async () => {
    const all = [...lines, await erroredLine()];
    for (const line of all) {
      ofThisVersion(line);
      expect(ofThisVersion.errors, JSON.stringify(line)).to.equal(null);
    }
    expect(new Set(all.map(({ verdict }) => verdict))).to.deep.equal(new Set(['allowed', 'denied', 'errored']));
    expect(new Set(all.flatMap(Object.keys))).to.deep.equal(new Set(Object.keys(schema.properties)));
  });

  it('may have fields of a later version', () => {
    expect(ofAnyVersion({ ...lines[0], later: 1 })).to.equal(true);
    expect(ofThisVersion({ ...lines[0], later: 1 })).to.equal(false);
  });

  it('may lack no field that is always there', () => {
    for (const field of schema.required) {
      expect(
        ofAnyVersion(Object.fromEntries(Object.entries(lines[0]!).filter(([name]) => name !== field))),
        field,
      ).to.equal(false);
    }
  });

  for (const [what, change] of [
    ['an allowed one with rules that denied', { verdict: 'allowed', rules: ['a'] }],
    ['a denied one without a reason', { verdict: 'denied', rules: undefined }],
    ['an errored one without a reason', { verdict: 'errored', level: 'error', rules: undefined }],
    ['an errored one at level info', { verdict: 'errored', error: 'x', rules: undefined }],
    ['a denied one at level error', { level: 'error' }],
    ['an empty list', { warned: [] }],
    ['a rule twice', { rules: ['a', 'a'] }],
    ['an exemption without its rule', { exempt: ['legacy'] }],
    ['a dry run that is none', { dryRun: false }],
    ['a time without milliseconds', { time: '2026-11-23T07:25:19Z' }],
    ['another line', { msg: 'policy review' }],
    ['one that rewrites', { rewritten: [{ field: 'a', from: 'b', to: 'c', rules: [] }] }],
    ['a mutation that denies', { msg: 'mutation' }],
  ] as const) {
    it(`is never ${what}`, () => {
      const denied = lines.find(({ verdict, rules }) => verdict === 'denied' && rules !== undefined)!;
      expect(ofAnyVersion(denied)).to.equal(true);
      expect(ofAnyVersion(JSON.parse(JSON.stringify({ ...denied, ...change })))).to.equal(false);
    });
  }
});

describe('the log line of a mutation', () => {
  const mutation = {
    level: 'info',
    time: '2026-11-23T07:25:19.219Z',
    verdict: 'allowed',
    operation: 'CREATE',
    kind: 'Pod',
    rewritten: [
      { field: 'spec.containers[0].image', from: 'nginx:1', to: 'm.example.com/nginx:1', rules: ['registry-mirror'] },
    ],
    uid: 'x',
    ms: 0.1,
    msg: 'mutation',
  };

  for (const [what, change, isOne] of [
    ['one that rewrites', {}, true],
    ['one that needs no patch', { level: 'debug', rewritten: undefined }, true],
    ['one that takes an annotation away', { rewritten: undefined }, true],
    ['one that failed', { level: 'error', verdict: 'errored', error: 'x', rewritten: undefined }, true],
    ['one that failed, without a reason', { level: 'error', verdict: 'errored' }, false],
    ['one with rules that denied', { rules: ['a'] }, false],
    ['a review at level debug', { level: 'debug', msg: 'review', rewritten: undefined }, false],
    ['one without what stood there', { rewritten: [{ field: 'a', to: 'c', rules: [] }] }, false],
  ] as const) {
    it(`${isOne ? 'may' : 'cannot'} be ${what}`, () => {
      expect(ofThisVersion(JSON.parse(JSON.stringify({ ...mutation, ...change })))).to.equal(isOne);
    });
  }
});

describe('the fields of a review in docs/operations.md', () => {
  it('are those of its schema, in their order, and say the same', () => {
    const rows = rowsUnder(readPage('docs/operations.md'), 'field').map((cells) => cells.map(plain));
    expect(rows).to.deep.equal(
      Object.entries(schema.properties).map(([name, { description }]) => [
        name,
        schema.required.includes(name) ? 'always' : '',
        description,
      ]),
    );
  });
});
