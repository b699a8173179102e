/** Whether somebody would have to wait for a value: a promise, or what calls itself one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && typeof (value as { readonly then?: unknown }).then === 'function';
}

/** Nobody will wait for what a rule should not have returned; if it rejects later, that must not end the process. */
export function ignoreRejection(thenable: PromiseLike<unknown>): void {
  void Promise.resolve(thenable).catch(ignore);
}

function ignore(): void {
  // See ignoreRejection.
}
