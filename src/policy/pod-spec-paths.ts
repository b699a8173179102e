import { locationText, shown, type Location, type Mistake } from '../mistake/mistake.ts';
import { isObject } from '../workload/json-object.ts';
import { KNOWN_KINDS } from '../workload/pod-spec.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';

/** The place of the pod spec in a kind, as policy.yaml has it, once the schema has nothing against it. */
export interface WrittenPodSpec {
  readonly group: string;
  readonly kind: string;
  /** `spec.workloads[*].template.spec` */
  readonly path: string;
}

/** The paths by `group/kind`; `*` stands for each item of a list. */
export function podSpecPaths(podSpecs: readonly WrittenPodSpec[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    podSpecs.map(({ group, kind, path }) => [`${group}/${kind}`, path.replaceAll('[*]', '.*').split('.')]),
  );
}

/** What the schema cannot see: kinds that are known already, and those that stand there twice. */
export function podSpecMistakes(podSpecs: unknown, where: YamlDocument['where']): readonly Mistake[] {
  if (!Array.isArray(podSpecs)) return [];
  const kinds = new Map<string, Location>();
  return podSpecs.flatMap((podSpec: unknown, index): readonly Mistake[] => {
    if (!isObject(podSpec)) return [];
    const kind = `${String(podSpec['group'])}/${String(podSpec['kind'])}`;
    const place = where('podSpecs', index);
    const before = kinds.get(kind);
    kinds.set(kind, before ?? place);
    const wrong = { code: 'policy-yaml-invalid', ...place } as const;
    if (KNOWN_KINDS.includes(kind)) {
      const remedy = 'Remove the entry: this kind is judged anyway.';
      return [{ ...wrong, expected: 'a kind that is not built in', found: shown(kind), remedy }];
    }
    if (before === undefined) return [];
    const remedy = 'A kind has one pod spec; [*] takes those of a list.';
    return [{ ...wrong, expected: 'each kind once', found: `${shown(kind)}, as in ${locationText(before)}`, remedy }];
  });
}
