import { JsonLists } from '../manifest/json-lists.ts';
import type { ManifestItem } from '../manifest/manifest-items.ts';
import { type Mistake, MistakesError } from '../mistake/mistake.ts';
import { isObject, type JsonObject, property } from '../workload/json-object.ts';
import { type ClusterClient, unreadable } from './cluster-client.ts';

/** In each answer: as kubectl asks. */
const PAGE = 500;
/** How often a list may have to begin anew: the API server forgets what it was after some minutes. */
const MAX_EXPIRIES = 20;

/** A kind, as the API server serves it. */
interface Resource {
  readonly group: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespaced: boolean;
}

/**
 * All objects of some kinds, in their order, page by page. A kind that is not there, or may not be listed, is a mistake, and
 * the others follow.
 *
 * @param kinds as `group/kind`; the core group is empty
 * @param namespace of which alone
 */
export async function* listObjects(
  client: ClusterClient,
  kinds: Iterable<string>,
  namespace?: string,
): AsyncGenerator<ManifestItem> {
  const groups = new Map<string, Promise<readonly Resource[]>>();
  for (const name of kinds) {
    const [group = '', kind] = name.split('/');
    const resources = groups.get(group) ?? resourcesOf(client, group);
    groups.set(group, resources);
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that memory stays flat
      const resource = (await resources).find((found) => found.kind === kind);
      if (resource === undefined) yield { mistake: unknownKind(client, name) };
      else yield* objectsOf(client, resource, namespace);
    } catch (error) {
      if (!(error instanceof MistakesError)) throw error;
      for (const mistake of error.mistakes) yield { mistake };
    }
  }
}

/** All that a group has, what it prefers first. */
async function resourcesOf(client: ClusterClient, group: string): Promise<readonly Resource[]> {
  const versions = group === '' ? ['v1'] : await versionsOf(client, group);
  const lists = await Promise.all(
    versions.map(async (apiVersion) => {
      const path = `${group === '' ? '/api' : '/apis'}/${apiVersion}`;
      const answer = await client.get(path);
      const wanted = { what: `the kinds of ${apiVersion}`, group, resource: '*', verb: 'get' } as const;
      if (answer.status !== 200) throw new MistakesError([unreadable(client, answer, wanted)]);
      return itemsOf(answer.body, 'resources').flatMap(({ name, kind, namespaced }): readonly Resource[] => {
        if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/')) return [];
        return [{ group, apiVersion, kind, name, namespaced: namespaced === true }];
      });
    }),
  );
  return lists.flat();
}

async function versionsOf(client: ClusterClient, group: string): Promise<readonly string[]> {
  const { body } = await client.get(`/apis/${group}`);
  const versions = [property(body, 'preferredVersion'), ...itemsOf(body, 'versions')];
  const names = versions.map((version) => property(version, 'groupVersion'));
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

async function* objectsOf(
  client: ClusterClient,
  resource: Resource,
  namespace: string | undefined,
): AsyncGenerator<ManifestItem> {
  const { group, apiVersion, kind, name, namespaced } = resource;
  const isNamespace = group === '' && kind === 'Namespace';
  if (namespace !== undefined && !namespaced && !isNamespace) return;
  const within = namespace === undefined || isNamespace ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  // Who may see one namespace alone can get it, and list none.
  const one = namespace !== undefined && isNamespace ? `/${encodeURIComponent(namespace)}` : '';
  const path = `${group === '' ? '/api' : '/apis'}/${apiVersion}${within}/${name}${one}`;
  for await (const item of pages(client, path, resource))
    yield { object: { ...item, apiVersion, kind }, where: () => client.location };
}

/**
 * A list that has expired goes on where the API server says; what has been there already is left out.
 *
 * @param selector of labels
 * @throws {MistakesError} if it may not be listed.
 */
export async function* pages(
  client: ClusterClient,
  path: string,
  { group, kind, name }: Pick<Resource, 'group' | 'kind' | 'name'>,
  selector?: string,
): AsyncGenerator<JsonObject> {
  const selected = selector === undefined ? '' : `&labelSelector=${encodeURIComponent(selector)}`;
  const seen = new Set<unknown>();
  let [token, expiries] = ['', 0];
  for (;;) {
    const rest = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
    // oxlint-disable-next-line no-await-in-loop -- each page says which is the next
    const { status, text } = await client.getText(`${path}?limit=${PAGE}${selected}${rest}`);
    const expired = status === 410 && expiries < MAX_EXPIRIES;
    let body: unknown;
    if (status === 200) {
      for (const part of new JsonLists(Infinity).push(text)) {
        const value = part.part === 'head' ? undefined : client.parsed(part.text);
        if (part.part === 'object') body = value;
        // What was got by its name is no list.
        if (!isObject(value) || (part.part === 'object' && 'items' in value)) continue;
        const uid = property(value['metadata'], 'uid');
        if (uid === undefined || (!seen.has(uid) && seen.add(uid))) yield value;
      }
    }
    body ??= client.parsed(text);
    if (status !== 200 && !expired) {
      const wanted = { what: `each ${kind}`, group, resource: name, verb: 'list' } as const;
      throw new MistakesError([unreadable(client, { status, body }, wanted)]);
    }
    const next = property(property(body, 'metadata'), 'continue');
    token = typeof next === 'string' ? next : '';
    if (expired) expiries += 1;
    else if (token === '') return;
  }
}

function itemsOf(body: unknown, field: string): readonly JsonObject[] {
  const items = property(body, field);
  return Array.isArray(items) ? items.filter(isObject) : [];
}

function unknownKind({ location }: ClusterClient, name: string): Mistake {
  const remedy = 'Install what has it, or take it from podSpecs of the policy.';
  const words = { expected: 'the kinds of the policy', found: `no ${name.replace(/^\//, '')}`, remedy };
  return { code: 'cluster-unreadable', ...location, ...words };
}
