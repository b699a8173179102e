import type { Owner } from '../manifest/owners.ts';
import { printable } from '../mistake/printable.ts';
import { type Audit, exemptionText, type OwnedFinding } from './audited.ts';
import { REPORT_APIS, type ReportApi } from './report-apis.ts';

/** Its value is the time of the audit, in milliseconds since 1970. */
export const REPORT_LABEL = 'imagegate/audit';

/** etcd takes objects of 1.5 MiB, with what the API server adds. */
const MAX_BYTES = 1_000_000;
const MAX_RESULTS = 1000;
const MAX_IDS = 10;

type Summary = Readonly<Record<'pass' | 'fail' | 'warn' | 'error' | 'skip', number>>;

interface ReportResult {
  readonly result: keyof Summary;
  readonly [field: string]: unknown;
}

/** A report as an object of Kubernetes. */
export interface ClusterReport {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly summary: Summary;
  readonly results: readonly ReportResult[];
}

export interface ReportOf {
  readonly api: ReportApi;
  /** When the audit was, in milliseconds since 1970. */
  readonly now: number;
  /** The only namespace that was looked at; `undefined` for all. */
  readonly namespace?: string | undefined;
}

/**
 * A report for each namespace in which something was found, in numbered parts if it is large, and one of the cluster, which
 * counts the objects.
 */
export function clusterReports({ owners, counts }: Audit, { api, now, namespace }: ReportOf): readonly ClusterReport[] {
  const { apiVersion, kinds } = REPORT_APIS[api];
  const found = new Map<string, ReportResult[]>(namespace === undefined ? [['', []]] : []);
  for (const { owner, findings } of owners) {
    const results = found.get(owner.namespace) ?? [];
    found.set(owner.namespace, results);
    results.push(...findings.map((finding) => resultOf(owner, finding, now)));
  }
  const { allowed: pass, denied: fail, errored, unreadable, exempt: skip } = counts;
  const ofCluster = { pass, fail, warn: 0, error: errored + unreadable, skip };
  return [...found].flatMap(([space, results]) =>
    partsOf(results).map((part, index) => ({
      apiVersion,
      kind: kinds[space === '' ? 1 : 0],
      metadata: {
        name: index === 0 ? 'imagegate-audit' : `imagegate-audit-${index + 1}`,
        ...(space !== '' && { namespace: space }),
        labels: { [REPORT_LABEL]: String(now) },
      },
      summary: space === '' && index === 0 ? ofCluster : summaryOf(part),
      results: part,
    })),
  );
}

/** At least one, be it empty. */
function partsOf(results: readonly ReportResult[]): readonly (readonly ReportResult[])[] {
  const parts: ReportResult[][] = [[]];
  let bytes = 0;
  for (const result of results) {
    const size = new TextEncoder().encode(JSON.stringify(result)).length + 1;
    const part = parts.at(-1)!; // there is one
    bytes += size;
    if (part.length < MAX_RESULTS && bytes <= MAX_BYTES) part.push(result);
    else {
      parts.push([result]);
      bytes = size;
    }
  }
  return parts;
}

function summaryOf(results: readonly ReportResult[]): Summary {
  const summary = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
  for (const { result } of results) summary[result] += 1;
  return summary;
}

/** What is only audited is not enforced either; its action stands beside it. */
const RESULTS = { deny: 'fail', warn: 'warn', audit: 'warn', exempt: 'skip' } as const;

function resultOf(owner: Owner, finding: OwnedFinding, now: number): ReportResult {
  const { level, rule, text, exemption, container, image, pods, imageIds } = finding;
  const properties = {
    action: level,
    ...(exemption && { exemption: exemptionText(exemption) }),
    ...(container !== undefined && { container: printable(container) }),
    ...(image !== undefined && { image: printable(image, 512) }),
    pods: String(pods),
    ...(imageIds.length > 0 && { imageIDs: printable(imageIds.slice(0, MAX_IDS).join(' '), 4096) }),
  };
  return {
    source: 'imagegate',
    policy: 'imagegate',
    rule,
    // What could not be judged is no verdict of a rule.
    result: rule === 'imagegate' ? 'error' : RESULTS[level],
    scored: level === 'deny',
    message: printable(text.replaceAll('\n', ' '), 4096),
    resources: [owner],
    timestamp: { seconds: Math.floor(now / 1000), nanos: 0 },
    properties,
  };
}
