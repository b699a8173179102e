import { readFile } from 'node:fs/promises';
import { Engine, OutOfMemoryError, type EngineHost } from './engine.ts';
import { unpacked, type Picture } from './picture.ts';

/** A host that provides nothing. */
const NO_HOST: EngineHost = { read: () => '', log: () => {}, clock: () => 0, resolve: String, load: () => '' };

/** The code inside: that around a rule, or that which validates options. */
export type GuestKind = 'rule' | 'options';

/** The build's artifacts, ready for use. */
export interface GuestParts {
  readonly module: WebAssembly.Module;
  readonly pictures: Readonly<Record<GuestKind, Picture>>;
}

let parts: Promise<GuestParts> | undefined;

/** Reads and compiles the parts of guests: once a process, off the main thread, and only if there are custom rules. */
export async function guestParts(): Promise<GuestParts> {
  return (parts ??= readParts());
}

async function readParts(): Promise<GuestParts> {
  const [module, rule, options] = await Promise.all([
    file('engine.wasm').then(async (bytes) => WebAssembly.compile(bytes)),
    file('rule.picture').then(unpacked),
    file('options.picture').then(unpacked),
  ]);
  return { module, pictures: { rule, options } };
}

/**
 * An engine with our guest code inside, called with a string and a budget of steps; it returns a string.
 *
 * A step is one iteration of a loop in the engine, or 64 bytes copied: the number is the same on every machine.
 */
export class Guest {
  readonly engine: Engine;
  #picture: Picture;

  /**
   * @throws {RangeError} if there is no memory for another engine
   */
  constructor({ module, pictures }: GuestParts, kind: GuestKind, host: EngineHost = NO_HOST) {
    this.#picture = pictures[kind];
    this.engine = new Engine(module, host);
    this.engine.restore(this.#picture);
  }

  /** Restores the state of its creation, or of the last `keep`. */
  restore(): void {
    this.engine.restore(this.#picture);
  }

  /** Makes the current state the one that `restore` restores. */
  keep(): void {
    this.#picture = this.engine.picture(this.#picture);
    this.restore();
  }

  /** Calls a guest function by name. @throws {GuestEnd} */
  ask(name: string, text: string, steps: number): string {
    return this.run(steps, () => this.engine.ask(this.#picture.functions[name]!, text));
  }

  /** Describes a thrown value as JSON. @throws {GuestEnd} */
  errorOf(thrown: number, steps: number): string {
    return this.run(steps, () => this.engine.call(this.#picture.functions['told']!, thrown));
  }

  /**
   * Runs `body` on the engine with a budget of steps.
   *
   * @throws {GuestEnd} if it did not finish, and any error that the host threw meanwhile.
   */
  run<T>(steps: number, body: () => T | undefined): T {
    this.engine.steps = steps;
    try {
      const result = body();
      if (result === undefined) throw new OutOfMemoryError();
      return result;
    } catch (error) {
      throw this.#end(steps, error);
    }
  }

  #end(steps: number, error: unknown): unknown {
    if (this.engine.steps < 0) return new GuestEnd(`it used up its budget of ${steps.toLocaleString('en')} steps`);
    if (this.engine.isTooDeep) return new GuestEnd('its calls within calls are too deep');
    if (error instanceof OutOfMemoryError) return new GuestEnd('it used up its 16 MiB of memory');
    const isTrap = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
    return isTrap ? new GuestEnd('it broke the engine that it runs in') : error;
  }
}

/** A guest call did not finish; the message is the end of a sentence. */
export class GuestEnd extends Error {
  override readonly name = 'GuestEnd';
}

async function file(name: string): Promise<Buffer> {
  return readFile(new URL(`./${name}`, import.meta.url));
}
