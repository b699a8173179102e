type Emit = (event: string | symbol, ...given: readonly unknown[]) => boolean;

/**
 * Has every rejection told that nobody handles.
 *
 * @returns what waits until Node has told of all promises that are rejected by now, or by a microtask that they wait
 * for. That is before the next macrotask: no timer that some rule left behind fires meanwhile, under the next one.
 */
export function watchRejections(tell: (reason: unknown) => void): () => Promise<void> {
  // Node tells of rejections in their order. So one more is made, which is over when those before it are.
  let last: { readonly reason: symbol; readonly resolve: () => void } | undefined;
  const emit = process.emit.bind(process) as Emit;
  // A listener that a rule has for rejections, and that exits, must not hear of that one.
  const emitOthers: Emit = (event, ...given) => {
    if (last === undefined || event !== 'unhandledRejection' || given[0] !== last.reason) return emit(event, ...given);
    last.resolve();
    return true;
  };
  Object.defineProperty(process, 'emit', { value: emitOthers, writable: true, configurable: true });
  process.on('unhandledRejection', tell);
  return async () =>
    new Promise<void>((resolve) => {
      const reason = Symbol('last');
      last = { reason, resolve };
      void Promise.reject(reason);
    });
}
