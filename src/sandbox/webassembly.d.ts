// What of WebAssembly is used here: its types come with those of browsers only, and Node's have but its namespace.
declare namespace WebAssembly {
  type Imports = Readonly<Record<string, Readonly<Record<string, (...values: never[]) => unknown>>>>;
  // oxlint-disable-next-line typescript/no-extraneous-class -- nothing of it is used but that it is one
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
