import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { meterModule } from '../../../scripts/metering/meter-module.ts';
import { Engine } from '../../../src/sandbox/engine.ts';

const ORIGINAL = readFileSync(fileURLToPath(import.meta.resolve('quickjs-wasi/quickjs.wasm')));
const METERED = meterModule(ORIGINAL);

/** What is shipped. Where the package or the rewriter changes, look at what else does, and write the new one here. */
const SHA256 = '92c281d8c61ca7cfd84d85db5f70e72dd99f56ff7eeb87a564d610698582c0d2';

const HOST = { read: () => '', log: () => {}, clock: () => 0, resolve: String, load: () => '' };

function begun(): Engine {
  const engine = new Engine(new WebAssembly.Module(METERED.bytes), HOST);
  engine.begin();
  return engine;
}

/** A module of one function without parameters, made by hand. */
function moduleOf(body: readonly number[], changes: Readonly<Record<number, readonly number[]>> = {}): Uint8Array {
  const sections: Record<number, readonly number[]> = {
    1: [1, 0x60, 0, 0],
    3: [1, 0],
    5: [1, 0, 1],
    6: [1, 0x7f, 1, 0x41, 0x10, 0x0b],
    7: [1, 15, ...Buffer.from('__stack_pointer'), 3, 0],
    10: [1, body.length + 2, 0, ...body, 0x0b],
    ...changes,
  };
  const bytes = Object.entries(sections).flatMap(([id, content]) => [Number(id), content.length, ...content]);
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes]);
}

describe('meterModule', () => {
  it('makes what is shipped, to the byte', () => {
    const shipped = readFileSync(new URL('../../../src/sandbox/engine.wasm', import.meta.url));
    expect(shipped.equals(METERED.bytes)).to.equal(true);
    expect(createHash('sha256').update(shipped).digest('hex')).to.equal(SHA256);
  });

  it('meets all that there is in the engine', () => {
    const { functions, calling, sizes, stackMoves, ...others } = METERED.report;
    expect(others).to.deep.equal({ loops: 1278, copies: 89, fills: 54, grows: 2 });
    expect(functions).to.be.above(calling);
    expect([sizes, stackMoves].every((count) => count > 0)).to.equal(true);
  });

  it('stops loops of the engine where the original goes on: its own handler is not asked in native code', () => {
    // 2^16 comparisons, in one call of native code, and no more than some polls.
    const code = 'const a = new Uint8Array(2 ** 16); a.indexOf(1);';
    const engine = begun();
    engine.steps = 1000;
    expect(() => engine.evaluate('a', code)).to.throw(WebAssembly.RuntimeError);
    expect(engine.steps).to.equal(-1);
    const polls = pollsOfOriginal(code);
    expect(polls).to.be.below(10);
  });

  for (const code of [
    'for (;;);',
    'new Uint8Array(2 ** 22).fill(1).copyWithin(0, 1)',
    "'ab'.repeat(2 ** 22)",
    'let s = "a"; for (;;) s += s;',
  ]) {
    it(`takes the same steps each time: ${code}`, () => {
      const left = [begun(), begun()].map((engine) => {
        engine.steps = 50_000;
        try {
          engine.evaluate('a', code);
        } catch (error) {
          expect(error).to.be.instanceOf(WebAssembly.RuntimeError);
        }
        return engine.steps;
      });
      expect(left[0]).to.equal(left[1]).and.be.below(50_000);
    });
  }

  it('ends calls within calls before the stack of V8 does', () => {
    const engine = begun();
    expect(() => engine.evaluate('a', 'function f() { return f() + 1; } f();')).to.throw(WebAssembly.RuntimeError);
    expect(engine.isTooDeep).to.equal(true);
  });

  it('never has more than 16 MiB', () => {
    const engine = begun();
    const evaluated = engine.evaluate('a', 'const all = []; for (;;) all.push(new Uint8Array(2 ** 16));');
    expect(evaluated).to.have.property('thrown');
    expect(engine.memory.length).to.equal(2 ** 24);
  });

  it('puts an engine back to the byte, whatever was done to it', () => {
    const engine = begun();
    const picture = engine.picture({ functions: {} });
    engine.restore(picture);
    const before = createHash('sha256').update(engine.memory).digest('hex');
    for (const code of [
      'globalThis.x = 1',
      'const all = []; for (;;) all.push(new Uint8Array(2 ** 16));',
      'function f() { f(); } f();',
    ]) {
      try {
        engine.steps = 1_000_000;
        engine.evaluate('a', code);
      } catch {
        // It ends one way or the other.
      }
      engine.restore(picture);
      expect(createHash('sha256').update(engine.memory).digest('hex'), code).to.equal(before);
    }
  });

  it('leaves a module that it knows working', () => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(meterModule(moduleOf([0x01])).bytes), {});
    expect(Object.keys(exports)).to.deep.equal(['__stack_pointer', 'fuel', 'depth', 'pages', 'lowest_stack']);
  });

  for (const [what, module, message] of [
    ['an opcode of SIMD', moduleOf([0xfd, 0x0c]), 'At byte 57 of the module: the opcode 0xfd is not known.'],
    ['a tail call', moduleOf([0x12, 0x00]), 'the opcode 0x12 is not known'],
    ['a bulk operation on tables', moduleOf([0xfc, 0x0e, 0, 0]), 'the opcode 0xfc 14 is not known'],
    ['a shared memory', moduleOf([], { 5: [1, 3, 1, 1] }), 'the memory is shared, or of 64 bits'],
    ['two memories', moduleOf([], { 5: [2, 0, 1, 0, 1] }), 'it must have one memory'],
    ['a start function', moduleOf([], { 8: [0] }), 'the section 8 is not known'],
    [
      'an imported memory',
      moduleOf([], { 2: [1, 1, 0x61, 1, 0x62, 2, 0, 1] }),
      'something else than a function is imported',
    ],
    ['a value type', moduleOf([], { 1: [1, 0x60, 1, 0x6f, 0] }), 'the value type 0x6f is not known'],
    ['a type of none', moduleOf([], { 1: [1, 0x5f, 0, 0] }), 'a type is none of a function'],
    ['two results', moduleOf([], { 1: [1, 0x60, 0, 2, 0x7f, 0x7f] }), 'a function has more than one result'],
    [
      'a global that begins with another',
      moduleOf([], { 6: [1, 0x7f, 1, 0x23, 0, 0x0b] }),
      'a global does not begin with a number',
    ],
    [
      'a global without an end',
      moduleOf([], { 6: [1, 0x7f, 1, 0x41, 0, 0x01] }),
      'a global does not begin with a number',
    ],
    ['no stack pointer', moduleOf([], { 7: [0] }), 'there is no global __stack_pointer'],
    ['a section that is longer than it says', moduleOf([], { 3: [1, 0, 0] }), 'a section is longer than what is in it'],
    ['a function without an end', moduleOf([], { 10: [1, 2, 0, 0x01] }), 'a function has no end'],
    ['a module that breaks off', moduleOf([]).subarray(0, 30), 'the module ends too early'],
    [
      'a number that is too long',
      moduleOf([], { 3: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] }),
      'a number is longer than 32 bits',
    ],
    ['what is no module', new Uint8Array(8), 'it is no WebAssembly of version 1'],
  ] as const) {
    it(`refuses ${what}, with its place`, () => {
      expect(() => meterModule(module))
        .to.throw(message)
        .with.property('message')
        .that.matches(/^At byte \d+ of the module: /);
    });
  }
});

/** How often the original asks its host whether to go on. */
function pollsOfOriginal(code: string): number {
  let polls = 0;
  const unused = (): number => 0;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(ORIGINAL), {
    env: {
      host_call: unused,
      host_interrupt: () => {
        polls += 1;
        return 0;
      },
      host_promise_rejection: unused,
      host_module_normalize: unused,
      host_module_load: unused,
      host_get_timezone_offset: unused,
    },
    wasi_snapshot_preview1: {
      clock_time_get: unused,
      fd_close: unused,
      fd_fdstat_get: unused,
      fd_seek: unused,
      fd_write: unused,
      random_get: unused,
    },
  });
  const engine = exports as unknown as Readonly<Record<string, (...values: readonly number[]) => number>> & {
    readonly memory: WebAssembly.Memory;
  };
  engine['_initialize']!();
  engine['qjs_init']!();
  engine['qjs_set_interrupt_handler']!(1);
  const place = engine['wasm_malloc']!(code.length + 1);
  Buffer.from(engine.memory.buffer).write(`${code}\0`, place);
  engine['qjs_eval']!(place, code.length, place + code.length, 0);
  return polls;
}
