import type { Socket } from 'node:net';
import { mock } from 'node:test';
import { expect } from 'chai';
import { pino, type Logger } from 'pino';
import type { AdmissionRequest } from '../../../src/admission/admission-review.ts';
import { createRefusalLog, createReviewLog, logReview } from '../../../src/gate/telemetry/request-log.ts';
import { Refusal } from '../../../src/gate/request/refusal.ts';
import { admissionRequest, podCreate, podTemplate } from '../../admission-request.ts';
import { exemptionOf } from '../../exemption.ts';
import { rulesetOf, rulesetUnder, settingsOf } from '../../ruleset.ts';
import { reviewNow } from '../../review-now.ts';
import type { LogLine } from '../test-gate.ts';

const RULESET = rulesetOf();
const UID = '705ab4f5-6393-11e8-b7cc-42010a800002';

function logged(
  request: AdmissionRequest,
  level = 'info',
  { ms = 0.123_456_7, ruleset = RULESET } = {},
): readonly object[] {
  const lines: object[] = [];
  const log = pino(
    { level, base: null, timestamp: false },
    { write: (line: string) => lines.push(JSON.parse(line) as object) },
  );
  logReview(log, request, reviewNow(request, ruleset), ms);
  return lines;
}

describe('logReview', () => {
  it('logs one line about an allowed review', () => {
    expect(logged(podCreate({ web: 'gcr.io/web:1' }))).to.deep.equal([
      {
        level: 30,
        verdict: 'allowed',
        operation: 'CREATE',
        kind: 'Pod',
        namespace: 'default',
        name: 'x',
        uid: UID,
        ms: 0.123,
        msg: 'review',
      },
    ]);
  });

  it('logs the rules violated, each once, and that it was a dry run', () => {
    expect(logged(podCreate({ a: 'nginx', b: 'nginx' }, { dryRun: true }))).to.deep.equal([
      {
        level: 30,
        verdict: 'denied',
        operation: 'CREATE',
        kind: 'Pod',
        namespace: 'default',
        name: 'x',
        rules: ['empty-tag', 'registry-allowlist'],
        dryRun: true,
        uid: UID,
        ms: 0.123,
        msg: 'review',
      },
    ]);
  });

  it('logs what followed from each, with the exemption from which nothing did', () => {
    const rules = settingsOf({ 'empty-tag': { action: 'warn' }, 'require-digest': { action: 'audit' } });
    const exemptions = [exemptionOf({ rules: ['registry-allowlist'] })];
    const ruleset = rulesetUnder({ rules, exemptions });
    const request = podCreate({ a: 'quay.io/a', b: 'quay.io/b', c: 'gcr.io/c:latest' });
    const [line] = logged(request, 'info', { ruleset });
    expect(line).to.deep.include({
      verdict: 'denied',
      rules: ['blocked-tags'],
      warned: ['empty-tag'],
      audited: ['require-digest'],
      exempt: ['registry-allowlist by legacy'],
    });
  });

  for (const name of [undefined, '']) {
    it(`logs generateName where the name is ${JSON.stringify(name)}`, () => {
      const object = { metadata: { generateName: 'web-' }, spec: { containers: [] } };
      const request = { ...admissionRequest({ object }), name } as AdmissionRequest;
      expect(logged(request)[0]).to.deep.include({ generateName: 'web-' });
      expect(logged(request)[0]).not.to.have.property('name');
    });
  }

  const OWNERS: readonly (readonly [what: string, references: unknown, owner: string | undefined])[] = [
    [
      'a controller',
      [
        { kind: 'Node', name: 'n' },
        { kind: 'Job', name: 'nightly', controller: true },
      ],
      'Job/nightly',
    ],
    ['owners that control nothing', [{ kind: 'Node', name: 'n' }], undefined],
    ['a controller without a name', [{ kind: 'Job', controller: true }], undefined],
    ['a controller that is called badly', [{ kind: 'J', name: '\n', controller: true }], String.raw`J/\u{A}`],
    ['something else', 'Job/nightly', undefined],
  ];
  for (const [what, ownerReferences, owner] of OWNERS) {
    it(`logs as owner ${owner} where there is ${what}`, () => {
      const [line] = logged(admissionRequest({ object: { metadata: { ownerReferences }, spec: { containers: [] } } }));
      expect(line).to.have.property('verdict');
      expect((line as { readonly owner?: string }).owner).to.equal(owner);
    });
  }

  for (const object of [
    undefined,
    null,
    7,
    'x',
    [],
    { metadata: null },
    { metadata: 'x' },
    { metadata: { generateName: 7 } },
    { metadata: { generateName: '' } },
  ]) {
    it(`logs neither for the object ${JSON.stringify(object)}`, () => {
      const { name: _name, ...request } = admissionRequest({ object, operation: 'DELETE' });
      expect(logged(request)[0]).not.to.have.any.keys('name', 'generateName');
    });
  }

  it('logs nothing of the images that a workload is judged by as its pods will be', () => {
    const options = { mirrors: [{ registry: 'docker.io', mirror: 'gcr.io/hub' }] };
    const ruleset = rulesetUnder({ rules: settingsOf({ 'registry-mirror': { action: 'rewrite', options } }) });
    const kind = { group: 'apps', version: 'v1', kind: 'Deployment' };
    const template = podTemplate({ containers: [{ name: 'web', image: 'nginx:1' }] });
    const [line, ...more] = logged(admissionRequest({ kind, object: { spec: { template } } }), 'info', { ruleset });
    expect(more).to.have.lengthOf(0);
    expect(line).to.include({ verdict: 'allowed', kind: 'Deployment' }).and.not.to.have.property('rewritten');
  });

  it('logs a subresource', () => {
    expect(logged(admissionRequest({ operation: 'CONNECT', subResource: 'exec' }))[0]).to.deep.include({
      subResource: 'exec',
    });
  });

  it("prints a stranger's text so that it can forge nothing, and cuts it", () => {
    const forged = 'a\n{"level":"info","msg":"forged"}\u001b[2J';
    const kind = { group: '', version: 'v1', kind: forged };
    const [line] = logged(
      admissionRequest({ uid: forged, kind, name: 'n'.repeat(300), namespace: forged, subResource: 'é' }),
    );
    const printed = String.raw`a\u{A}{"level":"info","msg":"forged"}\u{1B}[2J`;
    expect(line).to.deep.include({ uid: printed, kind: printed, namespace: printed, subResource: String.raw`\u{E9}` });
    expect(line).to.have.property('name', `${'n'.repeat(253)}...`);
  });

  it('logs why an object cannot be read, at the level of any other denial, and nothing of what is in it', () => {
    const unreadable = admissionRequest({ object: { spec: { containers: [{ name: 'a', image: ['secret'] }] } } });
    const [line, ...more] = logged(unreadable);
    expect(more).to.deep.equal([]);
    expect(line).to.deep.include({
      level: 30,
      verdict: 'denied',
      error: 'object.spec.containers[0].image must be a string, found a list',
      msg: 'review',
    });
    expect(line).not.to.have.any.keys('rules', 'warned', 'audited', 'exempt');
    expect(JSON.stringify(line)).not.to.contain('secret');
    expect(logged(unreadable, 'warn')).to.deep.equal([]);
  });

  it('logs nothing of the user or the object', () => {
    const request = podCreate({ secret: 'secret' }, { userInfo: { username: 'secret', groups: ['secret'] } });
    expect(JSON.stringify(logged(request))).not.to.contain('secret');
  });

  it('logs only our own failures where less is wanted', () => {
    expect(logged(podCreate({ web: 'nginx' }), 'warn')).to.deep.equal([]);
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
    logReview(
      log,
      admissionRequest(),
      { verdict: 'errored', response: {} as never, findings: [], unknownKind: false, error: new Error('broken\n') },
      1,
    );
    expect(JSON.parse(lines[0]!)).to.deep.include({
      level: 50,
      verdict: 'errored',
      error: String.raw`broken\u{A}`,
      msg: 'review',
    });
  });
});

describe('the lines about requests', () => {
  let lines: LogLine[];
  let log: Logger;
  beforeEach(() => {
    const all: LogLine[] = [];
    lines = all;
    log = pino({ base: null, timestamp: false }, { write: (line: string) => all.push(JSON.parse(line) as LogLine) });
    mock.timers.enable({ apis: ['setInterval'] });
  });
  afterEach(() => mock.timers.reset());

  /** Writes more than there may be at once and in a second after that; resolves with what came, and what was told. */
  const flood = (write: () => void): readonly unknown[] => {
    const counts: unknown[] = [];
    for (let round = 0; round < 2; round += 1) {
      const before = lines.length;
      for (let count = 0; count < 100; count += 1) write();
      counts.push(lines.length - before);
      mock.timers.tick(1000);
    }
    return [...counts, lines.at(-1)];
  };

  it('are, of refused ones, 20 at once and then 5 a second, whoever sent them', () => {
    const [refusal, logRefusal] = [new Refusal('body-empty', 'x\n', { uid: 'u\n' }), createRefusalLog(log)];
    let port = 0;
    const write = (): void => logRefusal(refusal, { remoteAddress: `10.0.0.${(port += 1)}` } as Socket);
    expect(flood(write)).to.deep.equal([
      20,
      5,
      {
        level: 40,
        suppressed: 95,
        msg: 'Log lines about refused requests were suppressed; imagegate_bad_requests_total counts all.',
      },
    ]);
    expect(lines[0]).to.deep.equal({
      level: 40,
      status: 400,
      code: 'body-empty',
      uid: String.raw`u\u{A}`,
      address: '10.0.0.1',
      msg: String.raw`x\u{A}`,
    });
    mock.timers.tick(1000);
    logRefusal(new Refusal('body-empty', 'x'.repeat(600)), {} as Socket);
    expect(lines.at(-1)).to.deep.equal({ level: 40, status: 400, code: 'body-empty', msg: `${'x'.repeat(512)}...` });
  });

  it('are, of reviews, thirty seconds of them at once and then as many a second as are set, for each address', () => {
    const request = podCreate({ web: 'gcr.io/web:1' });
    const [review, write] = [reviewNow(request, RULESET), createReviewLog(log, 2)];
    expect(flood(() => write('10.0.0.1', request, review, 1))).to.deep.equal([
      60,
      2,
      {
        level: 40,
        suppressed: 98,
        msg: 'Log lines about reviews were suppressed; imagegate_reviews_total counts all.',
      },
    ]);
    const before = lines.length;
    for (const address of ['10.0.0.2', undefined, '10.0.0.1', '10.0.0.1', '10.0.0.1'])
      write(address, request, review, 1);
    expect(lines.length - before).to.equal(4);
  });

  it('are, of reviews for unknown profiles, as many as of refused requests, beside those of reviews', () => {
    const request = podCreate({ web: 'gcr.io/web:1' }, { namespace: 'x\n' });
    const judged = reviewNow(request, RULESET);
    const write = createReviewLog(log, 1);
    let port = 0;
    write('10.0.1.1', request, judged, 1, 'prod');
    expect(lines.splice(0)).to.have.lengthOf(1).and.have.nested.property('[0].profile', 'prod');
    const unknown = { ...judged, unknownProfile: true };
    const reviews = (): number => lines.filter(({ msg }) => msg === 'review').length;
    const counts = flood(() => write(`10.0.0.${(port += 1)}`, request, unknown, 1, 'lab'));
    expect(reviews()).to.equal(200);
    expect(counts).to.deep.equal([
      120,
      105,
      {
        level: 40,
        suppressed: 95,
        msg: 'Log lines about unknown profiles were suppressed; imagegate_unknown_profiles_total counts all.',
      },
    ]);
    expect(lines[1]).to.deep.equal({
      level: 40,
      profile: 'lab',
      namespace: String.raw`x\u{A}`,
      msg: 'The policy has no such profile; judged as without one.',
    });
  });
});
