import { readFile } from 'node:fs/promises';
import type { Cluster } from '../cluster/cluster.ts';

/** An event of the API server's audit log, as far as the tests read it. */
export interface AuditEvent {
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly namespace?: string; readonly name?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What the gate noted in the audit log about the admin's last request for an object, by annotation. */
export async function auditAnnotations(
  cluster: Cluster,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const lines = (await readFile(cluster.auditLog, 'utf8')).split('\n').filter((line) => line !== '');
  const event = lines
    .map((line) => JSON.parse(line) as AuditEvent)
    .findLast(
      ({ user, objectRef: of }) => user.username === 'admin' && of?.namespace === namespace && of.name === name,
    );
  if (event === undefined) throw new Error(`The audit log has nothing about ${namespace}/${name}.`);
  return Object.fromEntries(Object.entries(event.annotations ?? {}).filter(([key]) => key.includes('imagegate')));
}
