import { createReadStream } from 'node:fs';
import { type ClusterChoice, connectCluster, unreadable } from '../../cluster/cluster-client.ts';
import { listObjects } from '../../cluster/list-objects.ts';
import { OUR_NAMESPACE } from '../../config-map/config-map.ts';
import { pathName, STDIN } from '../../manifest/manifest-files.ts';
import { CollectedMistakes } from '../../mistake/collected-mistakes.ts';
import { messageOf, MistakesError, mistakeText } from '../../mistake/mistake.ts';
import type { Output } from '../mistakes-block.ts';
import type { DoctorFormat } from '../doctor/doctor.ts';
import { nameOf } from '../doctor/fields.ts';
import { linesOf } from './lines-of.ts';
import { isReplica } from '../doctor/read-snapshot.ts';
import { Rehearsal } from './rehearsal.ts';
import { rehearsalText } from './rehearsal-text.ts';

export interface RehearseOptions extends Output, ClusterChoice {
  /** Files of logs, `-` for the standard input; without any, the logs of all replicas. */
  readonly paths: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly format: DoctorFormat;
}

/**
 * `imagegate doctor --rehearsal`: what rules that warn or audit would have denied, by the logs. Resolves with the exit code: 1
 * if something would have been denied, 2 if a log cannot be read or none tells of a request.
 */
export async function rehearse(options: RehearseOptions): Promise<0 | 1 | 2> {
  const { format, paths, write, writeError } = options;
  const rehearsal = new Rehearsal();
  const collected = new CollectedMistakes();
  const read = async (name: string, bytes: () => Promise<AsyncIterable<Uint8Array>>): Promise<void> => {
    await collected.from(async () => addLog(rehearsal, name, bytes));
  };
  if (paths.length > 0) {
    for (const path of paths) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that memory stays flat
      await read(pathName(path), async () => (path === STDIN ? options.stdin : createReadStream(path)));
    }
  } else await collected.from(async () => readReplicas(options, read));
  for (const mistake of collected.mistakes) writeError(`${mistakeText(mistake)}\n`);
  const report = rehearsal.report();
  write(format === 'json' ? `${JSON.stringify(report, undefined, 2)}\n` : rehearsalText(report));
  if (collected.mistakes.length > 0 || report.requests === 0) return 2;
  return report.rules.some(({ requests }) => requests > 0) ? 1 : 0;
}

async function addLog(
  rehearsal: Rehearsal,
  name: string,
  bytes: () => Promise<AsyncIterable<Uint8Array>>,
): Promise<void> {
  try {
    for await (const line of linesOf(await bytes())) rehearsal.add(line);
  } catch (error) {
    if (error instanceof MistakesError) throw error;
    const words = { expected: 'a log that can be read', found: messageOf(error) };
    const remedy = 'Name a file of the lines that the gate writes, or - for the standard input.';
    throw new MistakesError([{ code: 'setting-invalid', source: { name }, ...words, remedy }]);
  }
}

/** Of each pod of the gate, the ones that end among them. */
async function readReplicas(
  choice: ClusterChoice,
  read: (name: string, bytes: () => Promise<AsyncIterable<Uint8Array>>) => Promise<void>,
): Promise<void> {
  const client = await connectCluster(choice);
  for await (const item of listObjects(client, ['/Pod'], OUR_NAMESPACE)) {
    if ('mistake' in item) throw new MistakesError([item.mistake]);
    if (!('object' in item) || !isReplica(item.object)) continue;
    const name = nameOf(item.object);
    await read(name, async () => {
      const path = `/api/v1/namespaces/${OUR_NAMESPACE}/pods/${encodeURIComponent(name)}/log?container=imagegate-webhook`;
      const { status, body } = await client.getStream(path);
      // A pod that has no node yet has no log either: 204.
      if (status === 200 || status === 204) return body;
      const wanted = { what: `the log of ${name}`, group: '', resource: 'pods/log', verb: 'get' } as const;
      let first = '';
      for await (const line of linesOf(body)) first ||= line;
      throw new MistakesError([unreadable(client, { status, body: { message: first } }, wanted)]);
    });
  }
}
