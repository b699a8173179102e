import { expect } from 'chai';
import { requestContext } from '../../src/admission/request-context.ts';
import { ruleContexts } from '../../src/engine/rule-contexts.ts';
import { imagesToJudge } from '../../src/workload/images.ts';
import { podSpecs } from '../../src/workload/pod-spec.ts';
import { admissionRequest } from '../admission-request.ts';

const BATCH = { group: 'example.com', version: 'v1', kind: 'Batch' };
const PATHS = new Map([['example.com/Batch', ['pods', '*', 'spec']]]);

/** The contexts of all images of an object with several pod specs. */
function contextsOf(...specs: readonly object[]) {
  const request = admissionRequest({ kind: BATCH, object: { pods: specs.map((spec) => ({ spec })) } });
  const contextOf = ruleContexts(requestContext(request, 0));
  return imagesToJudge(podSpecs(request, PATHS) ?? []).map((image) => contextOf(image));
}

describe('ruleContexts', () => {
  it('has the service account of the pod spec in which the image stands', () => {
    const containers = [{ name: 'a', image: 'a:1' }];
    const contexts = contextsOf(
      { containers, serviceAccountName: 'builder' },
      { containers },
      { containers: [...containers, { name: 'b', image: 'b:1' }], serviceAccountName: 'runner' },
    );
    expect(contexts.map(({ workload, container }) => [container.fieldPath, workload.serviceAccountName])).to.deep.equal(
      [
        ['pods[0].spec.containers[0].image', 'builder'],
        ['pods[1].spec.containers[0].image', undefined],
        ['pods[2].spec.containers[0].image', 'runner'],
        ['pods[2].spec.containers[1].image', 'runner'],
      ],
    );
  });

  it('is frozen, and has a key for what is absent', () => {
    const [context] = contextsOf({ containers: [{ name: 'a', image: 'a:1' }] });
    for (const part of [context, context?.workload, context?.container]) expect(part).to.be.frozen;
    expect(context?.workload).to.have.property('serviceAccountName', undefined);
    expect(context?.container).to.have.property('imagePullPolicy', undefined);
    expect(context?.container).to.have.property('oldImage', undefined);
  });
});
