import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdmissionRequest } from '../../../src/admission/admission-review.ts';
import type { Moment } from '../../../src/admission/review.ts';
import { exportVap } from '../../../src/cli/export/export-vap.ts';
import { tryPolicy } from '../../../src/cli/tried-policy.ts';
import type { Ruleset } from '../../../src/engine/ruleset.ts';
import { admissionRequestOf } from '../../../src/manifest/admission-request.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { reviewNow } from '../../review-now.ts';
import { until } from '../../until.ts';
import { deployment, type Manifest, pod, podSpec } from '../objects.ts';

/** What a side says of an object: the sentence of the first denial, or that it is allowed. */
export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly message: string };

const ADMIN = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };

/** A policy, as keys of the ConfigMap: `policy.yaml` as its value, which is written as JSON. */
export type TestPolicy = Readonly<Record<string, unknown>>;

/** A policy that is in force in the cluster as it is exported, and what the gate would say under it. */
export interface ExportedPolicy {
  readonly ruleset: Ruleset;
  /** What the command printed on stderr. */
  readonly said: string;
}

let count = 0;

/** What `imagegate export vap` prints of a policy. @throws Error if that fails */
export async function exportedYaml(
  folder: string,
  policy: TestPolicy,
  namespaces?: readonly string[],
  isStatic = false,
) {
  const path = join(folder, 'policy.yaml');
  const data = Object.entries(policy).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  await writeFile(path, JSON.stringify({ kind: 'ConfigMap', data: Object.fromEntries(data) }));
  const [yaml, said]: [string[], string[]] = [[], []];
  const [write, writeError] = [yaml, said].map((texts) => (text: string) => void texts.push(text)) as [
    () => void,
    () => void,
  ];
  const code = await exportVap({ path, isStatic, namespaces, now: Date.now(), write, writeError });
  if (code !== 0) throw new Error(`export vap ended with ${code}: ${said.join('')}`);
  return { yaml: yaml.join(''), said: said.join(''), ...(await tryPolicy({ path }, { writeError })) };
}

/** Applies what is exported for these namespaces, in place of the last, and resolves once it is in force. */
export async function putInForce(
  cluster: Cluster,
  folder: string,
  policy: TestPolicy,
  namespaces: readonly [string, ...string[]],
): Promise<ExportedPolicy> {
  const contact = `Ask about number ${(count += 1)}.`;
  const { 'policy.yaml': text = {}, ...keys } = policy;
  const marked = { ...keys, 'policy.yaml': { contact, ...(text as object) } };
  const { yaml, ...exported } = await exportedYaml(folder, marked, namespaces);
  await cluster.apply(yaml);
  await until(async () => {
    const { text: answer, warnings } = await sendPod(cluster, namespaces[0], 'INVALID');
    return (answer + warnings.join()).includes(contact);
  }, `${contact} to be in force`);
  return exported;
}

async function sendPod({ api }: Cluster, namespace: string, image: string) {
  return api.send('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod('x', podSpec(image)));
}

async function sendDeployment({ api }: Cluster, namespace: string, image: string) {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments?dryRun=All`;
  return api.send('POST', path, deployment('x', podSpec(image)));
}

export type AskedKind = 'Pod' | 'Deployment';

/** What the API server says of a new object with an image; `undefined` if it refuses it by itself. */
export async function apiVerdict(
  cluster: Cluster,
  namespace: string,
  image: string,
  kind: AskedKind = 'Pod',
): Promise<Verdict | undefined> {
  const { status, text } = await (kind === 'Pod' ? sendPod : sendDeployment)(cluster, namespace, image);
  if (status === 201) return { allowed: true };
  const { message = '' } = JSON.parse(text) as { readonly message?: string };
  const [, sentence] = /ValidatingAdmissionPolicy .* denied request: (.*)$/s.exec(message) ?? [];
  if (sentence === undefined) return undefined;
  if (status !== 403) throw new Error(`${image}: ${message}`);
  return { allowed: false, message: sentence };
}

/** What the gate's validating webhook says of the same. */
export function gateVerdict(
  ruleset: Ruleset,
  namespace: string,
  image: string,
  { kind = 'Pod', ...moment }: Partial<Moment> & { readonly kind?: AskedKind } = {},
): Verdict {
  const object = kind === 'Pod' ? pod('x', podSpec(image)) : deployment('x', podSpec(image));
  const request: AdmissionRequest = { ...admissionRequestOf(object, { namespace }), userInfo: ADMIN };
  const { verdict, response } = reviewNow(request, ruleset, { now: Date.now(), podsAsTheyAre: true, ...moment });
  if (verdict === 'allowed') return { allowed: true };
  return { allowed: false, message: response.status?.details?.causes[0]?.message ?? '' };
}

/** A namespace with labels. */
export function namespaceOf(name: string, labels: Readonly<Record<string, string>> = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}
