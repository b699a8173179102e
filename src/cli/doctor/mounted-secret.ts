import type { KubernetesObject } from '../../manifest/manifest-items.ts';
import { isObject, type JsonObject } from '../../workload/json-object.ts';
import { at, labelsOf, listAt, textAt } from './fields.ts';

const VOLUME = 'certificates';
const BY_DEFAULT = 'imagegate-webhook-certificates';

/** What the gate serves with, as a kubelet mounts it. */
export interface MountedSecret {
  /** The Secret with the certificate; others may have the rest. */
  readonly name: string;
  /** By the names that the gate reads; in base64. */
  readonly files: JsonObject;
}

/**
 * Reads the Secrets that the Deployment has its certificate from: those of certificates.sh and the Jobs, or of
 * cert-manager, or whatever the operator has brought.
 * @param read a Secret of the gate's namespace; no object if it is not there, or may not be read.
 */
export async function mountedSecret(
  deployment: KubernetesObject | undefined,
  read: (name: string) => Promise<JsonObject | null | undefined>,
): Promise<MountedSecret | undefined> {
  const sources = sourcesOf(deployment);
  const secrets = await Promise.all(sources.map(async ({ name }) => read(name)));
  const mounted = sources.map(({ name, items }, index) => ({ name, files: filesOf(secrets[index], items) }));
  const name = mounted.find(({ files }) => files['server.crt'] !== undefined)?.name;
  return name === undefined ? undefined : { name, files: Object.assign({}, ...mounted.map(({ files }) => files)) };
}

/** The name of the Secret that should have the certificate. */
export function secretNameOf(deployment: KubernetesObject | undefined): string {
  return sourcesOf(deployment)[0]?.name ?? BY_DEFAULT;
}

function sourcesOf(deployment: KubernetesObject | undefined) {
  const volume = listAt(deployment, 'spec.template.spec.volumes').find((one) => textAt(one, 'name') === VOLUME);
  const projected = listAt(volume, 'projected.sources').map((source) => at(source, 'secret'));
  const sources = [at(volume, 'secret'), ...projected].filter(isObject).map((secret) => ({
    name: textAt(secret, 'secretName') || textAt(secret, 'name'),
    items: listAt(secret, 'items'),
  }));
  return sources.length > 0 ? sources : [{ name: BY_DEFAULT, items: [] }];
}

function filesOf(secret: JsonObject | null | undefined, items: readonly unknown[]): JsonObject {
  const data = labelsOf(secret, 'data');
  if (items.length === 0) return data;
  return Object.fromEntries(items.map((item) => [textAt(item, 'path'), data[textAt(item, 'key')]]));
}
