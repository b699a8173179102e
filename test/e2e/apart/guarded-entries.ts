import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { webhookEntries } from '../../../src/certificates/webhook-entries.ts';
import { connectWriter, type ClusterWriter } from '../../../src/cluster/cluster-writer.ts';
import type { JsonObject } from '../../../src/workload/json-object.ts';
import { makeCertificate } from '../../certificate.ts';
import { until } from '../../until.ts';
import { certificatesCluster, MUTATING_PATH, type CertificatesCluster } from './certificates-cluster.ts';

// oxlint-disable-next-line no-explicit-any -- it is changed at any place
export type Entry = any;

/** What is made of the entries of two profiles, in place. */
export type Change = (entries: Entry[]) => unknown;

/** A ValidatingAdmissionPolicy that limits what the account of the Jobs may write into a webhook. */
export interface Guard {
  /** The file of deploy/ whose entries the account writes. */
  readonly file: string;
  readonly kind: string;
  readonly path: string;
  /** What the account may not write, and what it is told. The first is written until the policy is in force. */
  readonly refused: Readonly<Record<string, readonly [change: Change, told: string]>>;
  readonly allowed: Readonly<Record<string, Change>>;
  /** What it is called. */
  readonly name: string;
}

/** What is there once the tests run. */
export interface Guarded {
  readonly there: CertificatesCluster;
  /** Writes as the account. */
  readonly writer: ClusterWriter;
}

/** Gives the `describe` around it a cluster, and a test for each of what the account may write and what not. */
export function guardedEntries({ file, kind, path, refused, allowed, name }: Guard): Guarded {
  const guarded = {} as { -readonly [Key in keyof Guarded]: Guarded[Key] };
  let shipped: readonly JsonObject[];
  let access: { readonly bundle: string; readonly token: string };

  before(async () => {
    guarded.there = await certificatesCluster(path === MUTATING_PATH);
    guarded.writer = await connectWriter({ kubeconfig: guarded.there.kubeconfig }, 'test');
    shipped = parse(await readFile(join(guarded.there.deploy, file), 'utf8')).webhooks;
    access = { bundle: (await makeCertificate()).certificate, token: 'a'.repeat(64) };
    const [bad] = Object.values(refused)[0]!;
    await until(async () => (await written(bad)).status === 422, 'the policy to be in force');
  });
  after(async () => {
    await guarded.there?.remove();
  });

  const written = async (change: Change, profiles: readonly string[] = ['prod', 'lab']) => {
    const webhooks = structuredClone(webhookEntries(shipped, profiles, access)) as Entry[];
    change(webhooks);
    const apiVersion = 'admissionregistration.k8s.io/v1';
    const object = { apiVersion, kind, metadata: { name: 'com.imagegate.webhook' }, webhooks };
    const { status, body } = await guarded.writer.apply(path, object);
    if (status < 300) await guarded.there.cluster.api.send('DELETE', path);
    return { status, told: (body as { readonly message?: string }).message ?? '' };
  };

  for (const [what, [change, told]] of Object.entries(refused)) {
    it(`lets the account not write ${what}`, async () => {
      const said =
        `${path.split('/').at(-2)}.admissionregistration.k8s.io "com.imagegate.webhook" is forbidden: ` +
        `ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request: ${told}`;
      expect(await written(change)).to.deep.equal({ status: 422, told: said });
    });
  }
  for (const [what, change] of Object.entries(allowed)) {
    it(`lets it write ${what}`, async () => {
      expect(await written(change)).to.deep.equal({ status: 201, told: '' });
    });
  }
  for (const profiles of [[], ['prod'], Array.from({ length: 16 }, (_, index) => `p${index}`)]) {
    it(`lets it write the entries of ${profiles.length} profiles`, async () => {
      expect(await written(() => {}, profiles)).to.deep.equal({ status: 201, told: '' });
    });
  }
  return guarded;
}
