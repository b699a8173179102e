import { isObject, type JsonObject, property } from '../../workload/json-object.ts';

/** What is at a path of an unvalidated value: `spec.template.spec`. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce(property, value);
}

/** The list there; nothing else counts. */
export function listAt(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

/** The text there; nothing else counts. */
export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  return typeof found === 'string' ? found : '';
}

/** Texts by name, as labels are. Names may have dots, and so are no paths. */
export function labelsOf(object: unknown, path = 'metadata.labels'): JsonObject {
  const labels = at(object, path);
  return isObject(labels) ? labels : {};
}

export function nameOf(object: unknown): string {
  return textAt(object, 'metadata.name');
}

/** Whether labels are selected, as the API server does: what has no expressions selects all. */
export function isSelected(labels: JsonObject, selector: unknown): boolean {
  const wanted = Object.entries(labelsOf(selector, 'matchLabels'));
  const expressions = listAt(selector, 'matchExpressions');
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    expressions.every((expression) => {
      const value = labels[textAt(expression, 'key')];
      const isAmong = value !== undefined && listAt(expression, 'values').includes(value);
      return { In: isAmong, NotIn: !isAmong, Exists: value !== undefined, DoesNotExist: value === undefined }[
        textAt(expression, 'operator')
      ];
    })
  );
}

/** Names in a sentence; of many the first. */
export function namesText(names: Iterable<string>, most = 12): string {
  const all = [...new Set(names)];
  return all.length <= most ? all.join(', ') : `${all.slice(0, most).join(', ')} and ${all.length - most} more`;
}

/** Items by key, in their order. */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** Whether a list there has one of these values. */
export function hasAny(object: unknown, path: string, values: readonly unknown[]): boolean {
  return listAt(object, path).some((value) => values.includes(value));
}
