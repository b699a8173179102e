/**
 * Where two values of JSON differ: `spec.type: "ClusterIP" -> "ExternalName"`, a line each; what is missing on one side
 * is `nothing`. Lists are compared item by item.
 */
export function differences(before: unknown, after: unknown, path = ''): readonly string[] {
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], step(path, key, Array.isArray(before))));
  }
  return Object.is(before, after) ? [] : [`${path}: ${told(before)} -> ${told(after)}`];
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function step(path: string, key: string, inList: boolean): string {
  if (inList) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function told(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
