import { X509Certificate } from 'node:crypto';
import { type JsonObject, textAt } from '../../src/workload/json-object.ts';
import type { MemoryCluster } from './memory-cluster.ts';

interface State<T> {
  readonly value: T;
  readonly from: number;
  to: number;
}
interface Served {
  readonly certificate: string;
  readonly tokens: readonly string[];
}
interface Asked {
  readonly bundle: string;
  /** At which the policy is judged; absent where pods are rewritten. */
  readonly path?: string;
}

/**
 * Notes what pods may serve with and what API servers may ask with, for as long as it takes them to learn of a change, and
 * tells which of these do not go together.
 */
export function watchOverlaps(cluster: MemoryCluster, settleMs: number) {
  const served: State<Served>[] = [];
  const asked: State<Asked>[] = [];
  const rewriting: State<Asked>[] = [];
  const add = <T>(states: State<T>[], value: T): void => {
    const last = states.at(-1);
    if (last && JSON.stringify(last.value) === JSON.stringify(value)) return;
    if (last) last.to = cluster.now + settleMs;
    states.push({ value, from: cluster.now, to: Infinity });
  };
  const note = (): void => {
    const files = cluster.files();
    const [entry] = cluster.entries();
    const policy = cluster.entries().at(-1);
    const certificate = files?.['server.crt'];
    const isValid = (pem: string): boolean => Date.parse(new X509Certificate(pem).validTo) > cluster.now;
    // With what has expired nothing goes together any more.
    if (certificate !== undefined && isValid(certificate)) {
      add(served, { certificate, tokens: (files?.['policy-token'] ?? '').trim().split('\n') });
    }
    const [mutating] = cluster.mutating();
    if (mutating && certificatesOf(bundleOf(mutating)).some(isValid)) add(rewriting, { bundle: bundleOf(mutating) });
    if (!entry) return;
    const bundle = bundleOf(entry);
    const { path } = (policy!['clientConfig'] as { readonly service: { readonly path: string } }).service;
    if (certificatesOf(bundle).some(isValid)) add(asked, { bundle, path });
  };
  const faults = (): readonly string[] =>
    served.flatMap((pod) =>
      [...asked, ...rewriting]
        .filter(({ from, to }) => from < pod.to && pod.from < to)
        .flatMap(({ value, from }) => {
          const at = `, ${from - pod.from} ms apart`;
          const isTrusted = isSignedBy(pod.value.certificate, value.bundle);
          const isKnown =
            value.path === undefined || pod.value.tokens.some((token) => value.path === `/validate-policy/${token}`);
          return [...(isTrusted ? [] : [`untrusted${at}`]), ...(isKnown ? [] : [`token unknown${at}`])];
        }),
    );
  return { note, faults, certificates: () => new Set(served.map(({ value }) => value.certificate)) };
}

function bundleOf(entry: JsonObject): string {
  return Buffer.from(textAt(entry['clientConfig'], 'caBundle'), 'base64').toString();
}

export function isSignedBy(certificate: string, bundle: string): boolean {
  const leaf = new X509Certificate(certificate);
  return certificatesOf(bundle).some((pem) => leaf.verify(new X509Certificate(pem).publicKey));
}

function certificatesOf(bundle: string): readonly string[] {
  return bundle.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
}
