import { readReference } from '../../src/image/read-reference.ts';
import type { RequestContext } from '../../src/rule/rule.ts';
import type { ContainerImage } from '../../src/workload/images.ts';

/** A request with which an image comes. */
export const REQUEST: RequestContext = {
  operation: 'CREATE',
  now: '2026-01-01T00:00:00.000Z',
  namespace: 'shop',
  profile: undefined,
  userInfo: { username: 'ada', groups: [] },
  workload: { apiVersion: 'v1', kind: 'Pod', name: 'app', labels: {}, annotations: {} },
};

/** An image of it. */
export function imageOf(raw: string): ContainerImage {
  const container = {
    name: 'app',
    type: 'container',
    fieldPath: 'spec.containers[0].image',
    imagePullPolicy: undefined,
    oldImage: undefined,
  } as const;
  return { raw, reference: readReference(raw), container, serviceAccountName: undefined, unchanged: false };
}
