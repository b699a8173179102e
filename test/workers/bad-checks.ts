/** What the check of a bad rule does, and what is said of it: at the first times, before it is no longer asked. */
export const BAD_CHECKS: Readonly<Record<string, readonly [check: string, failure: RegExp]>> = {
  throws: ["throw new Error('no');", /^no$/],
  'throws what cannot be told': ['throw { get message() { throw 1; } };', /^a thrown object$/],
  'throws a huge text': ["throw 'x'.repeat(1e7);", /^x{1024}\.\.\.$/],
  'returns a promise': ["return Promise.reject(new Error('late'));", /^it returned a promise/],
  'returns nonsense': ['return [{ problem: 1 }];', /^it returned a list with an item/],
  'loops for ever': ['for (;;);', /^it did not answer in time$/],
  'eats its heap': ['const all = []; for (;;) all.push({ a: all.length });', /^it (?:used more memory|did not answer)/],
  'eats its heap at once': ['return new Array(1e8).fill(1.5);', /^it (?:used more memory|did not answer)/],
  'eats a Map': [
    'const all = new Map(); for (let i = 0; ; i++) all.set(i, i);',
    /^it (?:used more memory|did not answer)/,
  ],
  'eats Buffers': [
    'const all = []; for (;;) all.push(Buffer.alloc(2 ** 20, 1));',
    /^it (?:used more memory|did not answer)/,
  ],
  'calls process.exit': ['process.exit(0);', /^it ended its process$/],
  'kills itself': ["process.kill(process.pid, 'SIGKILL'); for (;;);", /^it used more memory/],
  'changes a prototype': ['Array.prototype.map = () => []; return [];', /^Cannot assign to read only property/],
  'changes a global': ['globalThis.Array = 1; return [];', /^Cannot assign to read only property/],
  'changes a method of a class of Node': [
    "Buffer.prototype.toString = () => 'x'; return [];",
    /^Cannot assign to read only property/,
  ],
  'changes a getter of a class of Node': [
    "Object.defineProperty(URL.prototype, 'hostname', { value: 'x' }); return [];",
    /^Cannot redefine property/,
  ],
  'replaces a class of Node': ['globalThis.TextEncoder = class {}; return [];', /^Cannot assign to read only property/],
  'changes a module of Node': [
    "process.getBuiltinModule('node:path').basename = () => 'x'; return [];",
    /^Cannot assign to read only property/,
  ],
  'changes its image': ["image.tag = 'x'; return [];", /^Cannot assign to read only property/],
  'changes its context': ["context.workload.labels.a = 'x'; return [];", /^Cannot assign to read only property/],
  'blocks for ever': ['Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);', /^it did not answer in time$/],
};
