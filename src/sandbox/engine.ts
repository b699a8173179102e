import type { EngineExports, Value } from './engine-exports.d.ts';
import { STACK, type Picture } from './picture.ts';

/** The host functions of an engine. An error thrown by one ends the call; code inside cannot catch it. */
export interface EngineHost {
  /** A part of the context as JSON; empty if absent. */
  read(path: string): string;
  log(level: string, text: string): void;
  /** The value of `Date.now()`, in milliseconds since 1970. */
  clock(): number;
  /** Resolves an import specifier to the name of a module. */
  resolve(specifier: string, importer: string): string;
  /** The source text of a module. */
  load(name: string): string;
}

/** Room for 32-bit numbers: an argument, or a returned length. */
const SCRATCH_BYTES = 16;
const DEPTH = 512 * 1024;
const PAGE = 65_536;
/** All but `performance`, which is a clock, and the web APIs. */
const INTRINSICS = 0b0_0011_1111_1111;
const MODULE = 1;
const PENDING = 0;
const REJECTED = 2;

export type Evaluated = 'done' | 'pending' | { readonly thrown: Value };

/**
 * One engine: JavaScript in WebAssembly, with a memory of its own, that reaches nothing but its host.
 *
 * Its methods throw what ended a call: a `WebAssembly.RuntimeError` if steps or depth were used up, or the error of a host
 * function. The engine must then be restored before it is used again.
 */
export class Engine {
  /** All of its memory, allocated at its maximum size, so the buffer is never replaced. */
  readonly memory: Buffer;
  readonly #exports: EngineExports;
  readonly #host: EngineHost;
  #scratch = 0;

  /** @throws {RangeError} if there is no memory for another engine. */
  constructor(module: WebAssembly.Module, host: EngineHost) {
    this.#host = host;
    this.#exports = new WebAssembly.Instance(module, this.#imports()).exports as unknown as EngineExports;
    this.memory = Buffer.from(this.#exports.memory.buffer);
  }

  /** Initialises an empty engine; `restore` instead copies a picture. */
  begin(): void {
    this.#exports._initialize(); // oxlint-disable-line eslint/no-underscore-dangle -- that is what WASI calls it
    this.#exports.qjs_init2(INTRINSICS);
    this.#exports.qjs_set_module_loader(1);
    this.#scratch = this.#exports.wasm_malloc(SCRATCH_BYTES);
    const host = this.#exports.qjs_new_object();
    for (const name of ['read', 'log']) {
      const text = this.#write(name);
      this.set(host, name, this.#exports.qjs_new_host_function(text.place, text.length, 0));
    }
    this.set(this.#exports.qjs_get_global(), 'host', host);
  }

  /** Takes a snapshot of the current state, without the stack, which holds nothing live. */
  picture({ functions }: Pick<Picture, 'functions'>): Picture {
    const { pages } = this.#exports;
    const memory = Buffer.from(this.memory.subarray(STACK, pages.value * PAGE));
    return { memory, pages: pages.value, scratch: this.#scratch, functions };
  }

  /** Restores the memory, its size and all globals from a picture. */
  restore({ memory, pages, scratch }: Picture): void {
    const { lowest_stack: lowest, pages: size, depth, __stack_pointer: stack } = this.#exports;
    this.memory.fill(0, lowest.value >>> 0, STACK);
    memory.copy(this.memory, STACK);
    this.memory.fill(0, STACK + memory.length, size.value * PAGE);
    size.value = pages;
    lowest.value = STACK;
    stack.value = STACK;
    depth.value = DEPTH;
    this.#scratch = scratch;
  }

  get steps(): number {
    return this.#exports.fuel.value;
  }

  /** The remaining steps; below 0 the next one ends the call. */
  set steps(left: number) {
    this.#exports.fuel.value = left;
  }

  /** Whether the last call exceeded the call depth. */
  get isTooDeep(): boolean {
    return this.#exports.depth.value < 0;
  }

  /** Charges steps for work of the host. Ends the call if too few are left. */
  charge(steps: number): void {
    this.steps -= steps;
    if (this.steps < 0) throw new RangeError('no steps are left');
  }

  /** Evaluates a module and its imports, synchronously. */
  evaluate(name: string, text: string): Evaluated {
    const code = this.#write(text);
    const promise = this.#exports.qjs_eval(code.place, code.length, this.#write(name).place, MODULE);
    if (this.#exports.qjs_is_exception(promise) !== 0) return { thrown: this.#exports.qjs_get_exception() };
    while (this.#exports.qjs_is_job_pending() !== 0) this.#exports.qjs_execute_pending_job();
    const state = this.#exports.qjs_promise_state(promise);
    if (state === REJECTED) return { thrown: this.#exports.qjs_promise_result(promise) };
    return state === PENDING ? 'pending' : 'done';
  }

  /** Calls a guest function with a string; it returns one. `undefined` if it ran out of memory. */
  ask(callee: Value, text: string): string | undefined {
    const { place, length } = this.#write(text);
    const value = this.#exports.qjs_new_string(place, length);
    this.#exports.wasm_free(place);
    return this.call(callee, value);
  }

  /** The same with any value. */
  call(callee: Value, value: Value): string | undefined {
    this.memory.writeUInt32LE(value, this.#scratch);
    const answer = this.#exports.qjs_call(callee, this.#exports.qjs_get_undefined(), 1, this.#scratch);
    if (this.#exports.qjs_is_exception(answer) !== 0) return undefined;
    const text = this.text(answer);
    this.#exports.qjs_free_value(answer);
    this.#exports.qjs_free_value(value);
    return text;
  }

  /** A property of an object, by default the global one. */
  get(name: string, object: Value = this.#exports.qjs_get_global()): Value {
    return this.#exports.qjs_get_prop_string(object, this.#write(name).place);
  }

  set(object: Value, name: string, value: Value): void {
    this.#exports.qjs_set_prop_string(object, this.#write(name).place, value);
  }

  #write(text: string): { readonly place: number; readonly length: number } {
    const length = Buffer.byteLength(text);
    const place = this.#exports.wasm_malloc(length + 1);
    if (place === 0) throw new OutOfMemoryError();
    this.memory.write(text, place);
    this.memory[place + length] = 0;
    return { place, length };
  }

  /** The string of a value; `undefined` if it is none. */
  text(value: Value): string | undefined {
    const text = this.#exports.qjs_get_string_len(value, this.#scratch);
    if (text === 0) return undefined;
    const read = this.memory.toString('utf8', text, text + this.memory.readUInt32LE(this.#scratch));
    this.#exports.qjs_free_cstring(text);
    return read;
  }

  /** A zero-terminated string, as module names are. */
  #name(place: number): string {
    return this.memory.toString('utf8', place, this.memory.indexOf(0, place));
  }

  #imports(): WebAssembly.Imports {
    return {
      env: {
        host_call: (name: number, length: number, _self: Value, count: number, values: number) =>
          this.#called(this.memory.toString('latin1', name, name + length), count, values),
        host_interrupt: nothing,
        host_promise_rejection: nothing,
        host_module_normalize: (importer: number, specifier: number) =>
          this.#write(this.#host.resolve(this.#name(specifier), this.#name(importer))).place,
        host_module_load: (name: number, lengthPlace: number) => {
          const { place, length } = this.#write(this.#host.load(this.#name(name)));
          this.memory.writeUInt32LE(length, lengthPlace);
          return place;
        },
        host_get_timezone_offset: nothing,
      },
      wasi_snapshot_preview1: {
        clock_time_get: (_clock: number, _precision: bigint, place: number) => {
          this.memory.writeBigUInt64LE(BigInt(this.#host.clock()) * 1_000_000n, place);
          return 0;
        },
        // No files and no randomness: these report success and do nothing.
        fd_close: nothing,
        fd_fdstat_get: nothing,
        fd_seek: nothing,
        fd_write: nothing,
        random_get: nothing,
      },
    };
  }

  #called(name: string, count: number, values: number): Value {
    const texts = Array.from({ length: count }, (_, index) => {
      const text = this.text(this.memory.readUInt32LE(values + 4 * index)) ?? '';
      this.charge(CALL_STEPS + text.length);
      return text;
    });
    const [first = '', second = ''] = texts;
    if (name === 'log') {
      this.#host.log(first, second);
      return this.#exports.qjs_get_undefined();
    }
    const read = this.#host.read(first);
    this.charge(read.length);
    const { place, length } = this.#write(read);
    const value = this.#exports.qjs_new_string(place, length);
    this.#exports.wasm_free(place);
    return value;
  }
}

const nothing = (): number => 0;

/** The steps of a host call, in addition to the length of the texts passed. */
const CALL_STEPS = 50;

/** The engine has no memory left for a value from the host. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
}
