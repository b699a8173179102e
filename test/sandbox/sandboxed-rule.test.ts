import { expect } from 'chai';
import { temporaryFolder } from '../temporary-folder.ts';
import { ask, CONTEXT, inWords, load, ruleText } from './custom-rules.ts';

const tell = (expression: string): string => `return [{ problem: String(${expression}), remedy: 'x' }];`;

describe('SandboxedRule', () => {
  const folder = temporaryFolder();
  const loaded = async (check: string, ahead = '') => {
    const { rules, ...rest } = await load(folder.path, { 'a.js': ruleText('a', check, ahead) });
    return { rule: rules[0], ...rest };
  };
  /** What an expression is inside. */
  const inside = async (expression: string): Promise<string> =>
    inWords(ask((await loaded(tell(expression))).rule, 'quay.io/x:1').answer);

  it('gives a rule the image, its options and the context, all of it', async () => {
    const { rule } = await loaded(tell('JSON.stringify({ image, options, context })'));
    const told: unknown = JSON.parse(inWords(ask(rule, 'docker.io/nginx:1').answer));
    expect(told).to.deep.equal({
      image: {
        raw: 'docker.io/nginx:1',
        registry: 'docker.io',
        repository: 'nginx',
        tag: '1',
        familiarName: 'nginx',
        normalized: { registry: 'docker.io', repository: 'library/nginx' },
      },
      options: {},
      context: JSON.parse(JSON.stringify(CONTEXT)),
    });
  });

  for (const [expression, told] of [
    // Nothing of Node or the web is there.
    [
      'Object.getOwnPropertyNames(globalThis).filter((key) => /^(?:process|require|Buffer|fetch|URL|set|perf|host|guest|accept)/.test(key)).length',
      '0',
    ],
    ['typeof globalThis.constructor.constructor("return this.process")()', 'undefined'],
    // The clock is the review's, and what is random is the same each time.
    ['new Date().toISOString() + Date.now()', '2026-11-29T06:50:00.000Z1795935000000'],
    ['new Date(2026, 0).toISOString()', '2026-01-01T00:00:00.000Z'],
    // Parts of the context look like what they are.
    [
      '[context.workload.labels.app, context.workload.labels.none, "app" in context.workload.labels, "x" in context.workload.labels]',
      'web,,true,false',
    ],
    ['Object.keys(context.workload.labels)', 'app,pod-template-hash'],
    ['Object.entries({ ...context.workload.annotations })', 'note,y'],
    ['context.workload.labels.toString()', '[object Object]'],
    ['context.userInfo.groups.includes("b") && context.userInfo.groups.length', '2'],
    ['context.container.oldImage === undefined && "oldImage" in context.container', 'true'],
    ['context.profile', 'lab'],
    ['Object.keys(context)', 'operation,now,namespace,profile,userInfo,workload,container'],
  ] as const) {
    it(`has ${expression.slice(0, 70)} be ${told}`, async () => {
      expect(await inside(expression)).to.equal(told);
    });
  }

  for (const change of [
    'context.workload.labels.app = 1',
    'delete context.workload.labels.app',
    'Object.defineProperty(context.workload.labels, "a", { value: 1 })',
    'context.operation = 1',
  ]) {
    it(`does not let the context be changed: ${change}`, async () => {
      const { rule } = await loaded(`${change};`);
      expect(inWords(ask(rule, 'x').answer)).to.match(/^failed: a\.js:4: /);
    });
  }

  it('keeps nothing from one check to the next', async () => {
    const keep = `globalThis.count = (globalThis.count ?? 0) + 1; seen.push(image); Math.x = (Math.x ?? 0) + 1;
      ${tell('[globalThis.count, seen.length, Math.x]')}`;
    const { rule } = await loaded(keep, 'const seen = [];');
    for (const image of ['x', 'y', 'z']) expect(inWords(ask(rule, image).answer)).to.equal('1,1,1');
  });

  it('is asked once about what is the same to it, and anew where a part that it read is another', async () => {
    const { rule, watched } = await loaded(
      `if (image.tag === 'x') return; ${tell("context.workload.labels['app'] + (context.namespace === 'prod' ? context.now : '')")}`,
    );
    const workload = (labels: Readonly<Record<string, string>>) => ({ workload: { ...CONTEXT.workload, labels } });
    const other = { now: '2027-01-01T00:00:00.000Z' };
    for (const [image, context, said, how] of [
      ['a', {}, 'web', 'asked'],
      ['a', {}, 'web', 'remembered'],
      ['a', workload({ app: 'web', 'pod-template-hash': '2' }), 'web', 'remembered'],
      ['a', workload({ app: 'db' }), 'db', 'asked'],
      ['a', { ...workload({ app: 'db' }), ...other }, 'db', 'remembered'],
      ['b', {}, 'web', 'asked'],
      ['a', { namespace: 'prod' }, 'web2026-11-29T06:50:00.000Z', 'asked'],
      ['a', { namespace: 'prod', ...other }, 'web2027-01-01T00:00:00.000Z', 'asked'],
      ['a', { namespace: 'prod' }, 'web2026-11-29T06:50:00.000Z', 'remembered'],
      ['a', workload({}), 'undefined', 'asked'],
      ['a:x', workload({}), '', 'asked'],
      ['a:x', { ...workload({ app: '7' }), ...other }, '', 'remembered'],
    ] as const) {
      expect([inWords(ask(rule, image, context).answer), watched.at(-1)]).to.deep.equal([said, `a ${how}`]);
    }
  });

  it('tells the same steps of what is remembered, failures too', async () => {
    const { rule } = await loaded("if (image.tag === 'bad') for (;;); JSON.stringify(context);");
    for (const image of ['x', 'x:bad']) {
      const first = ask(rule, image);
      expect(ask(rule, image)).to.deep.equal({ ...first, isNew: false });
      expect(first.isNew).to.equal(true);
      expect(first.steps).to.be.within(1000, image === 'x' ? 20_000 : 100_000);
    }
  });

  it('does not remember what is long, and judges it all the same', async () => {
    const { rule, watched } = await loaded(tell('context.workload.annotations.note.length'));
    const workload = { ...CONTEXT.workload, annotations: { note: 'y'.repeat(80_000) } };
    for (let time = 0; time < 2; time++)
      expect(inWords(ask(rule, 'x', { workload }).answer)).to.match(/^(?:80000|failed: it used up its budget)/);
    expect(watched).to.deep.equal(['a asked', 'a asked']);
  });

  it('prints when it is asked, at most 20 lines, and not when it is remembered', async () => {
    const { rule, printed } = await loaded(
      "console.log('a', { b: 1 }, [1n]); console.warn(new TypeError('c')); for (let i = 0; i < 30; i++) console.error(i);",
    );
    ask(rule, 'x');
    expect(printed).to.have.lengthOf(20);
    expect(printed.slice(0, 3)).to.deep.equal(['a info: a {"b":1} 1', 'a warn: TypeError: c', 'a error: 0']);
    ask(rule, 'x');
    expect(printed).to.have.lengthOf(20);
  });

  it('passes on what its host throws', async () => {
    const { rules } = await load(
      folder.path,
      { 'a.js': ruleText('a', 'console.log(1)') },
      {
        watch: {
          print: () => {
            throw new Error('the log is gone');
          },
        },
      },
    );
    expect(() => ask(rules[0], 'x')).to.throw('the log is gone');
  });

  for (const change of [
    'JSON.stringify = () => "[7]"',
    'JSON.stringify = () => "[".repeat(1e5)',
    'JSON.stringify = () => "x".repeat(3e5)',
    'JSON.parse = () => { throw 1; }',
    'Array.prototype.slice = () => ({ length: 1, map: () => 7 })',
    'String.prototype.slice = () => { for (;;); }',
    'Array.isArray = () => true',
  ]) {
    it(`is denied where it breaks what surrounds it: ${change}`, async () => {
      const { rule } = await loaded(`${change}; return [{ problem: 'x'.repeat(2000), remedy: 'y' }];`);
      expect(inWords(ask(rule, 'x').answer)).to.not.equal('');
    });
  }
});
