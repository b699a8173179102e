import { CollectedMistakes } from '../mistake/collected-mistakes.ts';
import { MistakesError } from '../mistake/mistake.ts';
import { type JsonObject, property } from '../workload/json-object.ts';
import { type ClusterChoice, type ClusterClient, unreadable } from './cluster-client.ts';
import { type ClusterWriter, connectWriter } from './cluster-writer.ts';
import { pages } from './list-objects.ts';

/** A report, and what of it has to be known to write it. */
export interface Report {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Which reports there are to be. */
export interface ReportSet {
  readonly apiVersion: string;
  /** The kind of those of a namespace, and that of those of the cluster. */
  readonly kinds: readonly [string, string];
  readonly reports: readonly Report[];
  /** The label selector of those that have been there too long. */
  readonly stale: string;
  /** In which alone they are removed; `undefined` for all. */
  readonly namespace?: string | undefined;
}

/**
 * Writes reports by server-side apply, then removes the stale ones: nothing else is ever written to a cluster.
 *
 * @param removes whether to remove any
 * @throws {MistakesError} with all that could not be written or removed; the rest has been.
 */
export async function writeReports(choice: ClusterChoice, set: ReportSet, removes: boolean): Promise<void> {
  const { apiVersion, kinds, reports, stale, namespace } = set;
  const client = await connectWriter(choice, 'imagegate-audit');
  const { status } = await client.get(`/apis/${apiVersion}`);
  if (status !== 200) throw missing(client, apiVersion, status);
  const collected = new CollectedMistakes();
  const change = async (verb: 'patch' | 'delete', kind: string, report: unknown): Promise<unknown> =>
    collected.from(async () => changeReport(client, verb, { apiVersion, kind }, report));
  // oxlint-disable-next-line no-await-in-loop -- one after the other, here and below: the API server has others to serve
  for (const report of reports) await change('patch', report.kind, report);
  for (const kind of removes ? kinds.slice(0, namespace === undefined ? 2 : 1) : []) {
    const found = pages(client, pathOf(apiVersion, kind, namespace), resourceOf(apiVersion, kind), stale);
    // oxlint-disable-next-line no-await-in-loop -- see above
    await collected.from(async () => {
      for await (const report of found) await change('delete', kind, report);
    });
  }
  if (collected.mistakes.length > 0) throw new MistakesError(collected.mistakes);
}

async function changeReport(
  client: ClusterWriter,
  verb: 'patch' | 'delete',
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  report: unknown,
): Promise<void> {
  const [namespace, name] = ['namespace', 'name'].map((field) => property(property(report, 'metadata'), field));
  const path = `${pathOf(apiVersion, kind, namespace)}/${String(name)}`;
  const answer = await (verb === 'patch' ? client.apply(path, report as JsonObject) : client.remove(path));
  // Somebody else may have removed it.
  if (answer.status < 300 || (verb === 'delete' && answer.status === 404)) return;
  const { group, name: resource } = resourceOf(apiVersion, kind);
  const what = `to ${verb} ${path}`;
  throw new MistakesError([unreadable(client, answer, { what, group, resource, verb })]);
}

/** The path of all of a kind. */
function pathOf(apiVersion: string, kind: string, namespace: unknown): string {
  const within = typeof namespace === 'string' ? `/namespaces/${namespace}` : '';
  return `/apis/${apiVersion}${within}/${resourceOf(apiVersion, kind).name}`;
}

function resourceOf(apiVersion: string, kind: string) {
  return { group: apiVersion.split('/', 1).join(), kind, name: `${kind.toLowerCase()}s` };
}

function missing({ location }: ClusterClient, apiVersion: string, status: number): MistakesError {
  const remedy = 'Install their CRDs, or name the API that is there by --report-format.';
  const words = { expected: `the reports of ${apiVersion}`, found: `HTTP ${status}`, remedy };
  return new MistakesError([{ code: 'cluster-unreadable', ...location, ...words }]);
}
