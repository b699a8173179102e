// The parts of WebAssembly used here: only the DOM types have them, Node's types declare no more than the namespace.
declare namespace WebAssembly {
  type Imports = Readonly<Record<string, Readonly<Record<string, (...values: never[]) => unknown>>>>;
  // oxlint-disable-next-line typescript/no-extraneous-class -- only its identity is used
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
    constructor(module: Module, imports: Imports);
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  interface Global<T> {
    value: T;
  }
  class RuntimeError extends Error {}
  function compile(bytes: Uint8Array): Promise<Module>;
}
