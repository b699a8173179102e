import { expect } from 'chai';
import { errorText } from '../../../src/sandbox/guest/error-text.ts';
import { guestConsole, type Host } from '../../../src/sandbox/guest/host.ts';
import { lazyContext } from '../../../src/sandbox/guest/lazy-context.ts';
import { readContext } from '../../../src/sandbox/sandboxed-rule.ts';
import { CONTEXT } from '../custom-rules.ts';

// What runs inside of the engine is JavaScript like any other, and its parts can be asked here, too.

describe('lazyContext', () => {
  const reading = () => {
    const read: string[] = [];
    const host: Host = {
      read: (path) => {
        read.push(path);
        return readContext(CONTEXT, path);
      },
      log: () => {},
    };
    return { context: lazyContext(host), read };
  };

  it('looks like the context, all of it', () => {
    expect(JSON.parse(JSON.stringify(reading().context))).to.deep.equal(JSON.parse(JSON.stringify(CONTEXT)));
  });

  it('reads each part when it is asked for, and once', () => {
    const { context, read } = reading();
    expect(read).to.deep.equal([]);
    expect([
      context.namespace,
      context.namespace,
      context.workload.labels['app'],
      context.workload.labels['none'],
    ]).to.deep.equal(['default', 'default', 'web', undefined]);
    expect('app' in context.workload.labels && 'none' in context.workload.labels).to.equal(false);
    expect(Reflect.get(context.workload.labels, Symbol.iterator)).to.equal(undefined);
    expect(Reflect.has(context.workload.labels, Symbol.iterator)).to.equal(false);
    expect(read).to.deep.equal(['namespace', 'workload.labels app', 'workload.labels none']);
  });

  it('cannot be changed', () => {
    const { labels } = reading().context.workload;
    for (const change of [
      () => Reflect.set(labels, 'app', 'x'),
      () => Reflect.deleteProperty(labels, 'app'),
      () => Reflect.defineProperty(labels, 'x', { value: 1 }),
    ]) {
      expect(change()).to.equal(false);
    }
    expect(Object.getOwnPropertyDescriptor(labels, 'none')).to.equal(undefined);
  });
});

describe('readContext', () => {
  it('has nothing where there is nothing, whatever it is called', () => {
    for (const path of ['nope', 'operation.length', 'workload.labels constructor', 'constructor', 'namespace x']) {
      expect(readContext(CONTEXT, path), path).to.equal('');
    }
  });
});

describe('guestConsole', () => {
  it('prints what it is given as one line of the log', () => {
    const lines: string[] = [];
    const console = guestConsole({ read: String, log: (level, text) => lines.push(`${level}: ${text}`) }) as Console;
    const circle: unknown[] = [];
    circle.push(circle);
    console.log('a', 1, { b: [2] }, undefined);
    console.info(new RangeError('x'));
    console.debug(1n);
    console.warn(circle);
    console.error('');
    expect(lines).to.deep.equal([
      'info: a 1 {"b":[2]} undefined',
      'info: RangeError: x',
      'info: 1',
      'warn: ',
      'error: ',
    ]);
  });
});

describe('errorText', () => {
  const thrownAt = (stack: string): Error => Object.assign(new Error('no'), { stack });
  for (const [what, thrown, told] of [
    [
      'its place',
      thrownAt('    at f (imagegate/rule:1:2)\n    at check (a-b.mjs:7:20)\n    at x (c.js:1:1)'),
      { name: 'Error', message: 'no', place: { file: 'a-b.mjs', line: 7, column: 20 } },
    ],
    [
      'a place of syntax',
      thrownAt('    at _b.js:2:9\n'),
      { name: 'Error', message: 'no', place: { file: '_b.js', line: 2, column: 9 } },
    ],
    ['no place', thrownAt('    at native'), { name: 'Error', message: 'no' }],
    ['what is no error', 7, { name: 'a value', message: 'a thrown number' }],
    ['a long text', 'x'.repeat(2000), { name: 'a value', message: `${'x'.repeat(1024)}...` }],
    [
      'what cannot be told',
      new Proxy(new Error('x'), {
        get: () => Symbol('x'),
        getPrototypeOf: () => {
          throw new Error('y');
        },
      }),
      { name: 'a value', message: 'it threw what cannot be told' },
    ],
  ] as const) {
    it(`tells ${what}`, () => {
      expect(errorText(thrown)).to.deep.equal(told);
    });
  }
});
