import { readFile } from 'node:fs/promises';
import { Engine, OutOfMemoryError, type EngineHost } from './engine.ts';
import { unpacked, type Picture } from './picture.ts';

/** What a guest is asked with besides a text: nothing by default. */
const NO_HOST: EngineHost = { read: () => '', log: () => {}, clock: () => 0, resolve: String, load: () => '' };

/** Which code is inside: what surrounds a rule, or what judges options. */
export type GuestKind = 'rule' | 'options';

/** What the build made, ready for use. */
export interface GuestParts {
  readonly module: WebAssembly.Module;
  readonly pictures: Readonly<Record<GuestKind, Picture>>;
}

let parts: Promise<GuestParts> | undefined;

/** Reads and compiles what guests are made of: once a process, apart from its thread, and only where there are custom rules. */
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
 * An engine with code of ours inside, that is asked with a text and answers with one, in so many steps.
 *
 * A step is the head of a loop of the engine, or 64 bytes that it copies: the same number on every machine, whatever else
 * that does.
 */
export class Guest {
  readonly engine: Engine;
  #picture: Picture;

  /**
   * @throws {RangeError} if there is no memory for one more
   */
  constructor({ module, pictures }: GuestParts, kind: GuestKind, host: EngineHost = NO_HOST) {
    this.#picture = pictures[kind];
    this.engine = new Engine(module, host);
    this.engine.putBack(this.#picture);
  }

  /** Makes it what it was when it was made, or kept. */
  putBack(): void {
    this.engine.putBack(this.#picture);
  }

  /** From now on it is put back to what it is now. */
  keep(): void {
    this.#picture = this.engine.picture(this.#picture);
    this.putBack();
  }

  /** Asks a function inside. @throws {GuestEnd} */
  ask(name: string, text: string, steps: number): string {
    return this.run(steps, () => this.engine.ask(this.#picture.functions[name]!, text));
  }

  /** Has the code inside tell what was thrown, as JSON. @throws {GuestEnd} */
  tell(thrown: number, steps: number): string {
    return this.run(steps, () => this.engine.call(this.#picture.functions['told']!, thrown));
  }

  /**
   * Does something with the engine that takes at most so many steps.
   *
   * @throws {GuestEnd} if it did not come to its end, and whatever the host threw meanwhile.
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

/** Why a guest did not answer, as the end of a sentence. */
export class GuestEnd extends Error {
  override readonly name = 'GuestEnd';
}

async function file(name: string): Promise<Buffer> {
  return readFile(new URL(`./${name}`, import.meta.url));
}
