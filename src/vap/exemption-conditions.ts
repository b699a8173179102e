import type { Exemption } from '../engine/policy.ts';
import { allOf, anyOf, globExpression, listOf, matchesAny } from './cel.ts';
import { hasRange, imageCondition } from './image-conditions.ts';
import type { Variable } from './reference-variables.ts';

/** Whether a namespace is one of these patterns. */
export function namespaceCondition(names: readonly string[]): string {
  return matchesAny('request.namespace', names.map(globExpression));
}

/** An exemption in CEL. */
export interface ExemptionConditions {
  /** Of the request: who, and where. */
  readonly variable: Variable;
  /** Whether it covers the image `i` under a rule; `undefined` if none of them. `false` for `trusting`: the rule reads no unqualified image. */
  readonly covers: (rule: string, unqualified: string | undefined) => string | undefined;
}

/** An exemption, without its end. A range matches all tags: it exempts more. */
export function exemptionConditions(exemption: Exemption, index: number): ExemptionConditions {
  const { rules, namespaces, images } = exemption;
  const name = `exempt${index}`;
  return {
    variable: { name, expression: allOf([namespaces && namespaceCondition(namespaces), subjectCondition(exemption)]) },
    covers: (rule, unqualified) => {
      if (rules?.includes(rule) === false) return undefined;
      const purpose = unqualified === undefined ? 'exempt' : 'allow';
      return allOf([`variables.${name}`, images && imageCondition(images, { purpose, unqualified })]);
    },
  };
}

function subjectCondition({ users, groups, serviceAccounts }: Exemption): string | undefined {
  if (users === undefined && groups === undefined && serviceAccounts === undefined) return undefined;
  const accounts = (serviceAccounts ?? []).map((account) => `system:serviceaccount:${account}`);
  const names = [...(users ?? []), ...accounts];
  return anyOf([
    names.length > 0 ? `request.userInfo.username in ${listOf(names)}` : undefined,
    groups && `request.userInfo.?groups.orValue([]).exists(g, g in ${listOf(groups)})`,
  ]);
}

/** What of an exemption cannot be said. */
export function unsaidOf({ expires, images = [] }: Exemption): readonly string[] {
  return [
    ...(expires === Infinity ? [] : ['its end: it holds until this is exported anew']),
    ...images.filter(hasRange).map((entry) => `the range of ${entry}: all tags are exempt`),
  ];
}
