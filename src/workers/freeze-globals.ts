import * as ruleModule from '../rule/index.ts';

/**
 * Ends what `--frozen-intrinsics` begins: that flag freezes `Array.prototype` and `JSON`, but not the names `Array` and
 * `JSON` themselves, nor what all rules share of ours. Accessors stay: Node replaces some of its own by values later.
 */
export function freezeGlobals(): void {
  for (const key of Reflect.ownKeys(globalThis)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(globalThis, key);
    if (descriptor?.configurable === true && 'value' in descriptor) {
      Object.defineProperty(globalThis, key, { writable: false, configurable: false });
    }
  }
  for (const shared of Object.values(ruleModule)) {
    Object.freeze(shared);
    const prototype: unknown = shared.prototype;
    if (typeof prototype === 'object') Object.freeze(prototype);
  }
}
