import { isObject, type JsonObject, property, textAt } from '../workload/json-object.ts';

/** What an entry of the webhook asks the gate with. */
export interface Access {
  /** In PEM. */
  readonly bundle: string;
  readonly token: string;
}

const POLICY_PATH = '/validate-policy';
/** Where it is asked about pods and what makes them, by profile. */
const BY_PROFILE = new Set(['/validate', '/mutate']);
const PROFILE = 'imagegate/profile';

/** The entries of a webhook as they are to be in the cluster. A namespace meets exactly one of those that a profile makes of one. */
export function webhookEntries(
  shipped: readonly JsonObject[],
  profiles: readonly string[],
  { bundle, token }: Access,
): readonly JsonObject[] {
  const caBundle = Buffer.from(bundle).toString('base64');
  return shipped.flatMap((entry) => {
    const path = pathOf(entry);
    if (path.startsWith(POLICY_PATH)) return [withClient(entry, { caBundle, path: `${POLICY_PATH}/${token}` })];
    if (!BY_PROFILE.has(path) || profiles.length === 0) return [withClient(entry, { caBundle, path })];
    const known = { key: PROFILE, operator: 'In', values: profiles };
    return [
      [withClient(entry, { caBundle, path }), [{ key: PROFILE, operator: 'DoesNotExist' }]] as const,
      ...profiles.map((profile) => [named(entry, profile, caBundle), [{ ...known, values: [profile] }]] as const),
      [
        named(entry, 'unknown', caBundle),
        [
          { key: PROFILE, operator: 'Exists' },
          { ...known, operator: 'NotIn' },
        ],
      ] as const,
    ].map(([made, expressions]) => withExpressions(made, expressions));
  });
}

/** Whether the API server has all of this; it adds what is by default. */
export function covers(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(there) &&
      there.length === wanted.length &&
      wanted.every((value, index) => covers((there as readonly unknown[])[index], value))
    );
  }
  if (!isObject(wanted)) return there === wanted;
  return Object.entries(wanted).every(([key, value]) => covers(property(there, key), value));
}

/** The CAs that the API server trusts for any of these, in PEM. */
export function trustedBy(entries: readonly JsonObject[]): string {
  const bundles = entries.map(({ clientConfig }) => textAt(clientConfig, 'caBundle'));
  return bundles.map((bundle) => Buffer.from(bundle, 'base64').toString('latin1')).join('\n');
}

function pathOf({ clientConfig }: JsonObject): string {
  return textAt(property(clientConfig, 'service'), 'path');
}

function named(entry: JsonObject, profile: string, caBundle: string): JsonObject {
  const client = { caBundle, path: `${pathOf(entry)}/${profile}` };
  return { ...withClient(entry, client), name: `${profile}.${textAt(entry, 'name')}` };
}

function withClient(entry: JsonObject, { caBundle, path }: { readonly caBundle: string; readonly path: string }) {
  const service = { ...(property(entry['clientConfig'], 'service') as JsonObject), path };
  return { ...entry, clientConfig: { service, caBundle } };
}

function withExpressions(entry: JsonObject, expressions: readonly JsonObject[]): JsonObject {
  const selector = (entry['namespaceSelector'] ?? {}) as JsonObject;
  const shipped = (selector['matchExpressions'] ?? []) as readonly JsonObject[];
  return { ...entry, namespaceSelector: { ...selector, matchExpressions: [...expressions, ...shipped] } };
}
