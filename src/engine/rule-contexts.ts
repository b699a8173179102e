import type { RuleContext } from '../rule/rule.ts';
import type { ContainerImage } from '../workload/images.ts';

/** What a rule may know of the request: the context of a check, but for what the image's own place adds to it. */
export type RequestContext = Omit<RuleContext, 'container' | 'workload'> & {
  readonly workload: Omit<RuleContext['workload'], 'serviceAccountName'>;
};

/** What of an image its context tells. */
type Placed = Pick<ContainerImage, 'container' | 'serviceAccountName'>;

/**
 * Makes the contexts of checks of a request's images, frozen. The service account is that of the pod spec in which an
 * image stands: an object of a kind that the operator added may have several. Images of one share the workload, which
 * takes longer to make than to compare.
 */
export function ruleContexts(request: RequestContext): (image: Placed) => RuleContext {
  const { operation, now, namespace, userInfo } = request;
  let workload: RuleContext['workload'] | undefined;
  return ({ container, serviceAccountName }) => {
    if (workload === undefined || workload.serviceAccountName !== serviceAccountName) {
      workload = Object.freeze({ ...request.workload, serviceAccountName });
    }
    return Object.freeze({ operation, now, namespace, userInfo, workload, container: Object.freeze(container) });
  };
}
