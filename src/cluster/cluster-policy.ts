import { basename } from 'node:path';
import { OUR_CONFIG_MAPS, OUR_NAMESPACE, policyKeysOf, ruleFilesOf } from '../config-map/config-map.ts';
import { type Mistake, MistakesError } from '../mistake/mistake.ts';
import type { Environment } from '../policy/flat-keys.ts';
import type { PolicyInput } from '../ruleset/load-ruleset.ts';
import { isObject, type JsonObject, property } from '../workload/json-object.ts';
import { type ClusterChoice, type ClusterClient, connectCluster, unreadable } from './cluster-client.ts';

const DEPLOYMENT = 'imagegate-webhook';

/**
 * What the gate of a cluster loads: both ConfigMaps, as they would be mounted, and the variables of its Deployment.
 *
 * @throws {MistakesError} if they cannot be read.
 */
export async function clusterPolicy(choice: ClusterChoice): Promise<PolicyInput> {
  const client = await connectCluster(choice);
  const maps = await Promise.all(
    OUR_CONFIG_MAPS.map(async (name, index) => ({
      name,
      // Without the first the gate does not start.
      map: await objectAt(client, { group: '', resource: 'configmaps', name }, index > 0),
    })),
  );
  const deployment = await objectAt(client, { group: 'apps', resource: 'deployments', name: DEPLOYMENT }, true);
  const folders = maps.map(({ map, name }) => policyKeysOf(map, name));
  // Both are mounted as one folder, in which of equal names the last is seen.
  const siblings = Object.assign({}, ...maps.map(({ map }) => map['data'])) as Readonly<Record<string, string>>;
  const files = maps.flatMap(({ map, name }) => ruleFilesOf(map, name)).map((file) => ({ ...file, siblings }));
  return {
    policy: {
      keys: new Map(folders.flatMap(({ keys }) => [...keys])),
      mistakes: folders.flatMap(({ mistakes }) => mistakes),
    },
    ruleFiles: [...new Map(files.map((file) => [basename(file.path), file])).values()],
    environment: environmentOf(client, deployment),
  };
}

interface Named {
  readonly group: string;
  readonly resource: string;
  readonly name: string;
}

/** An object of the gate's namespace; where it may be absent, and is, without anything in it. */
async function objectAt(
  client: ClusterClient,
  { group, resource, name }: Named,
  isOptional: boolean,
): Promise<JsonObject> {
  const root = group === '' ? '/api/v1' : `/apis/${group}/v1`;
  const answer = await client.get(`${root}/namespaces/${OUR_NAMESPACE}/${resource}/${name}`);
  if (answer.status === 404 && isOptional) return {};
  const wanted = { what: `${name} of the namespace ${OUR_NAMESPACE}`, group, resource, verb: 'get' } as const;
  if (answer.status !== 200 || !isObject(answer.body)) throw new MistakesError([unreadable(client, answer, wanted)]);
  return answer.body;
}

/** The gate's container is the first one. @throws {MistakesError} for a variable whose value is elsewhere. */
function environmentOf({ location }: ClusterClient, deployment: object): Environment {
  const containers = ['spec', 'template', 'spec', 'containers'].reduce<unknown>(property, deployment);
  const [container] = Array.isArray(containers) ? (containers as readonly unknown[]) : [];
  const [env, from] = ['env', 'envFrom'].map((field) => {
    const list = property(container, field);
    return Array.isArray(list) ? (list as readonly unknown[]) : [];
  }) as [readonly unknown[], readonly unknown[]];
  const elsewhere = env.filter((variable) => {
    const valueFrom = property(variable, 'valueFrom') ?? {};
    return ['configMapKeyRef', 'secretKeyRef'].some((field) => property(valueFrom, field) !== undefined);
  });
  const names = [...elsewhere.map((variable) => String(property(variable, 'name'))), ...from.map(() => 'envFrom')];
  if (names.length > 0) {
    const remedy = 'Write the policy into its ConfigMap, or take it from a file.';
    const words = { expected: `values in the environment of ${DEPLOYMENT}`, found: names.join(', '), remedy };
    const mistake: Mistake = { code: 'cluster-unreadable', ...location, ...words };
    throw new MistakesError([mistake]);
  }
  return Object.fromEntries(env.map((variable) => [property(variable, 'name'), property(variable, 'value') ?? '']));
}
