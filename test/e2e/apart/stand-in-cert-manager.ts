import { makeCertificate, type TestCertificate } from '../../certificate.ts';
import type { Cluster } from '../../cluster/cluster.ts';

/** A kind of cert-manager, of which any object will do. */
const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: PLURAL.cert-manager.io }
spec:
  group: cert-manager.io
  scope: Namespaced
  names: { plural: PLURAL, kind: KIND }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`;
const KINDS = [
  ['issuers', 'Issuer'],
  ['certificates', 'Certificate'],
] as const;

const SECRETS = '/api/v1/namespaces/imagegate/secrets';

/** What cert-manager has written: the pair, and the CA, which it keeps. */
export interface Issued extends TestCertificate {
  readonly ca: string;
  readonly caKey: string;
}

/** The kinds that cert-manager brings, without anybody who acts on them. */
export async function certManagerKinds(cluster: Cluster): Promise<void> {
  const crds = KINDS.map(([plural, kind]) => CRD.replaceAll('PLURAL', plural).replaceAll('KIND', kind));
  await cluster.apply(crds.join('---'));
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all']);
}

/**
 * What cert-manager writes for the Certificate of the component.
 * @param before what is renewed: the CA stays.
 */
export async function certManagerIssues({ api }: Cluster, before?: Issued): Promise<Issued> {
  const ca = before ? { certificate: before.ca, key: before.caKey } : await makeCertificate({ commonName: 'its CA' });
  const names = ['imagegate-webhook.imagegate.svc'];
  const pair = await makeCertificate({ issuer: ca, names, commonName: before ? 'renewed' : 'first' });
  await api.send('DELETE', `${SECRETS}/imagegate-webhook-tls`);
  await api.create(SECRETS, {
    metadata: { name: 'imagegate-webhook-tls' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': pair.certificate, 'tls.key': pair.key, 'ca.crt': ca.certificate },
  });
  return { ...pair, ca: ca.certificate, caKey: ca.key };
}
