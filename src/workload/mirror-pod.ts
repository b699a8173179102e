import { isObject } from './json-object.ts';
import type { WorkloadRequest } from './pod-spec.ts';

/**
 * Whether the request is a kubelet showing the API server a static pod. It runs already, so refusing it would hide it
 * and stop nothing. The annotation alone is anyone's to write; the identity is the API server's word.
 */
export function isMirrorPod(request: WorkloadRequest): boolean {
  if (request.kind.kind !== 'Pod' || request.kind.group !== '') return false;
  const { username = '', groups } = request.userInfo ?? {};
  if (!username.startsWith('system:node:') || !groups?.includes('system:nodes')) return false;
  const metadata = isObject(request.object) ? request.object['metadata'] : undefined;
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  return isObject(annotations) && Object.hasOwn(annotations, 'kubernetes.io/config.mirror');
}
