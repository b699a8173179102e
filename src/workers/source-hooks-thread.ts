import { sourceHooks, type SourceHooks } from './source-hooks.ts';
import type { RuleSources } from './worker-protocol.ts';

// Loaded by Node, in a thread for hooks: `module.register` of Node 20 knows no other way.

let hooks: SourceHooks | undefined;

/** Called once by Node, with what was given to `register`. */
export function initialize(sources: RuleSources): void {
  hooks = sourceHooks(sources);
}

export const resolve: SourceHooks['resolve'] = (specifier, context, next) =>
  hooks === undefined ? next(specifier, context) : hooks.resolve(specifier, context, next);

export const load: SourceHooks['load'] = (url, context, next) =>
  hooks === undefined ? next(url, context) : hooks.load(url, context, next);
