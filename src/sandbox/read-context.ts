import type { RuleContext } from '../rule/rule.ts';

/**
 * A part of a context as JSON, or nothing where it is not there.
 *
 * @param path `container.name`; of what is kept by keys one of them stands behind a blank, `workload.labels app`
 */
export function readContext(context: RuleContext, path: string): string {
  const blank = path.indexOf(' ');
  const names = (blank === -1 ? path : path.slice(0, blank)).split('.');
  let value: unknown = context;
  for (const name of names) value = ownValue(value, name);
  if (blank !== -1) value = ownValue(value, path.slice(blank + 1));
  return value === undefined ? '' : JSON.stringify(value);
}

/** A label may be called `constructor`. */
function ownValue(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return undefined;
  return (object as Readonly<Record<string, unknown>>)[name];
}
