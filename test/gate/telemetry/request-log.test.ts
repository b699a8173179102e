import { expect } from 'chai';
import { pino } from 'pino';
import type { AdmissionRequest } from '../../../src/admission/admission-review.ts';
import { logReview } from '../../../src/gate/telemetry/request-log.ts';
import { admissionRequest, podCreate } from '../../admission-request.ts';
import { rulesetOf } from '../../ruleset.ts';
import { reviewNow } from '../../review-now.ts';

const RULESET = rulesetOf();
const UID = '705ab4f5-6393-11e8-b7cc-42010a800002';

function logged(request: AdmissionRequest, level = 'info', ms = 0.123_456_7): readonly object[] {
  const lines: object[] = [];
  const log = pino(
    { level, base: null, timestamp: false },
    { write: (line: string) => lines.push(JSON.parse(line) as object) },
  );
  logReview(log, request, reviewNow(request, RULESET), ms);
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

  for (const name of [undefined, '']) {
    it(`logs generateName where the name is ${JSON.stringify(name)}`, () => {
      const object = { metadata: { generateName: 'web-' }, spec: { containers: [] } };
      const request = { ...admissionRequest({ object }), name } as AdmissionRequest;
      expect(logged(request)[0]).to.deep.include({ generateName: 'web-' });
      expect(logged(request)[0]).not.to.have.property('name');
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
