import { REPORT_APIS, type ReportApi } from '../../../src/audit-report/report-apis.ts';
import type { Manifest } from '../objects.ts';

const text = { type: 'string' };
const count = { type: 'integer' };
const objectOf = (properties: object, required: readonly string[] = []) => ({ type: 'object', properties, required });
const listOf = (items: object) => ({ type: 'array', items });
const fields = (names: string, schema: object) => Object.fromEntries(names.split(' ').map((name) => [name, schema]));

const reference = objectOf(fields('apiVersion fieldPath kind name namespace resourceVersion uid', text));
const outcomes = ['pass', 'fail', 'warn', 'error', 'skip'];

/**
 * What the published schemas say of the fields, which are the same in both: reports and clusterreports of
 * github.com/openreports/reports-api, crd/openreports.io/v1alpha1, and policyreports and clusterpolicyreports of
 * github.com/kubernetes-sigs/wg-policy-prototypes, policy-report/crd. Selectors and limits, which no audit sets, are left out.
 */
const SCHEMA = objectOf({
  apiVersion: text,
  kind: text,
  metadata: { type: 'object' },
  scope: reference,
  summary: objectOf(fields(outcomes.join(' '), count)),
  results: listOf(
    objectOf(
      {
        ...fields('category message policy rule source', text),
        properties: { type: 'object', additionalProperties: text },
        resources: listOf({ ...reference, 'x-kubernetes-map-type': 'atomic' }),
        result: { ...text, enum: outcomes },
        scored: { type: 'boolean' },
        severity: { ...text, enum: ['critical', 'high', 'low', 'medium', 'info'] },
        timestamp: objectOf({ nanos: { ...count, format: 'int32' }, seconds: { ...count, format: 'int64' } }, [
          'nanos',
          'seconds',
        ]),
      },
      ['policy'],
    ),
  ),
});

/** The CustomResourceDefinitions of an API of reports. */
export function reportDefinitions(api: ReportApi): readonly Manifest[] {
  const { apiVersion, kinds } = REPORT_APIS[api];
  const [group, version] = apiVersion.split('/');
  return kinds.map((kind, index) => {
    const names = { kind, singular: kind.toLowerCase(), plural: `${kind.toLowerCase()}s` };
    const served = { name: version, served: true, storage: true, schema: { openAPIV3Schema: SCHEMA } };
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${names.plural}.${group}` },
      spec: { group, names, scope: index === 0 ? 'Namespaced' : 'Cluster', versions: [served] },
    };
  });
}
