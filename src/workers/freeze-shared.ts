/** Freezes a function with its prototype, so that neither `Buffer.from` nor `Buffer.prototype.toString` can be another. */
export function freezeFunction(shared: object): void {
  Object.freeze(shared);
  const prototype: unknown = Reflect.getOwnPropertyDescriptor(shared, 'prototype')?.value;
  if (typeof prototype === 'object' && prototype !== null) freezePrototype(prototype);
}

/** All but `constructor`: Node assigns that to objects of its own, as to each slice of a `Blob`. */
function freezePrototype(prototype: object): void {
  Object.preventExtensions(prototype);
  for (const key of Reflect.ownKeys(prototype)) if (key !== 'constructor') lock(prototype, key);
}

/**
 * Keeps the functions of an object what they are, and nothing else of it: `console` indents in a property of its
 * own.
 */
export function lockFunctions(object: object): void {
  for (const [key, value] of valuesOf(object)) {
    if (typeof value !== 'function') continue;
    freezeFunction(value);
    lock(object, key);
  }
}

/** Freezes what a module exports, and one level of what is in it: `path.win32`, `util.types`, `crypto.Hash`. */
export function freezeExports(exported: object): void {
  // Read first: some getters of Node put a value in their own place, which they could not do later.
  const values = Reflect.ownKeys(exported).map((key): unknown => Reflect.get(exported, key));
  Object.freeze(exported);
  for (const value of values) if (isObject(value)) freezeFunction(value);
}

function lock(object: object, key: string | symbol): void {
  const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
  if (descriptor === undefined || !descriptor.configurable) return;
  Object.defineProperty(
    object,
    key,
    'value' in descriptor ? { writable: false, configurable: false } : { configurable: false },
  );
}

/** Own values, also under symbols; what a getter would have to make is not made. */
function valuesOf(object: object): readonly (readonly [key: string | symbol, value: unknown])[] {
  return Reflect.ownKeys(object).map(
    (key) => [key, Reflect.getOwnPropertyDescriptor(object, key)?.value as unknown] as const,
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}
