import type { RuleContext } from '../../rule/rule.ts';
import type { Host } from './host.ts';

type Texts = Readonly<Record<string, string>>;

/**
 * The context of a check, each part of which is fetched from the host on its first read: what a rule did not read cannot
 * affect its verdict. Built before the instance's picture is taken, since building costs more than reading.
 */
export function lazyContext(host: Host): RuleContext {
  const known = new Map<string, unknown>();
  const read = (path: string): unknown => {
    if (known.has(path)) return known.get(path);
    const text = host.read(path);
    const value: unknown = text === '' ? undefined : JSON.parse(text);
    known.set(path, value);
    return value;
  };
  const parts = (prefix: string, names: readonly string[], whole: object = {}): object => {
    const getters = names.map((name) => [name, { enumerable: true, get: () => read(`${prefix}${name}`) }] as const);
    return Object.freeze(Object.defineProperties({}, { ...Object.fromEntries(getters), ...described(whole) }));
  };
  return parts('', ['operation', 'now', 'namespace', 'profile'], {
    userInfo: parts('userInfo.', ['username', 'groups']),
    workload: parts('workload.', ['apiVersion', 'kind', 'name', 'serviceAccountName'], {
      labels: lazyTexts('workload.labels', read),
      annotations: lazyTexts('workload.annotations', read),
    }),
    container: parts('container.', ['name', 'type', 'fieldPath', 'imagePullPolicy', 'oldImage']),
  }) as RuleContext;
}

function described(parts: object): PropertyDescriptorMap {
  return Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, { enumerable: true, value }]));
}

/** Labels or annotations: each key is fetched separately; enumerating reads all. */
function lazyTexts(path: string, read: (path: string) => unknown): Texts {
  const textOf = (target: object, key: string | symbol): unknown =>
    typeof key === 'string' ? (read(`${path} ${key}`) ?? Reflect.get(target, key)) : Reflect.get(target, key);
  const isThere = (key: string | symbol): boolean => typeof key === 'string' && read(`${path} ${key}`) !== undefined;
  return new Proxy<Texts>(
    {},
    {
      get: textOf,
      has: (target, key) => isThere(key) || Reflect.has(target, key),
      ownKeys: () => Object.keys(read(path) as Texts),
      getOwnPropertyDescriptor: (target, key) =>
        isThere(key) ? { value: textOf(target, key), enumerable: true, configurable: true } : undefined,
      set: () => false,
      defineProperty: () => false,
      deleteProperty: () => false,
    },
  );
}
