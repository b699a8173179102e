import type { Audit, AuditCounts } from '../../audit-report/audited.ts';
import { NO_COUNTS, type Remark, remarksOf } from '../../check-report/report.ts';
import type { Ruleset } from '../../engine/ruleset.ts';
import type { KubernetesObject, ManifestItem, ManifestObject } from '../../manifest/manifest-items.ts';
import type { Namespaces } from '../../manifest/namespaces.ts';
import { controllerOf } from '../../manifest/owners.ts';
import { type Mistake, mistakeText } from '../../mistake/mistake.ts';
import { property } from '../../workload/json-object.ts';
import { judge, type JudgeOptions } from '../judge.ts';
import type { Output } from '../mistakes-block.ts';
import { OwnedFindings } from './owned-findings.ts';

/** How often it tells how far it is, in objects. */
const STEP = 500;
/** The kubelet itself makes a mirror pod. */
const NODE = 'system:node:audit';
const MIRROR = 'kubernetes.io/config.mirror';

export interface AuditorOptions extends JudgeOptions, Pick<Output, 'writeError'> {
  /** Of the place, too: what is elsewhere is not looked at. */
  readonly namespace?: string | undefined;
  /** The rules whose findings count; by default all. */
  readonly only?: readonly string[] | undefined;
  /** Whether to tell on the standard error how far it is. */
  readonly progress: boolean;
}

/** Judges objects one after the other, and keeps what is found by their owners. */
export class Auditor {
  readonly #ruleset: Ruleset;
  readonly #options: AuditorOptions;
  readonly #owners = new OwnedFindings();
  readonly #namespaces: Namespaces;
  /** As they are written: that of a Deployment and its pods is one. */
  readonly #rewritten = new Set<string>();
  readonly #counts: Record<keyof AuditCounts, number> = { ...NO_COUNTS, retired: 0, ended: 0 };

  /** @param namespaces knows of the Namespaces before what is in them is judged */
  constructor(ruleset: Ruleset, namespaces: Namespaces, options: AuditorOptions) {
    this.#namespaces = namespaces;
    this.#ruleset = ruleset;
    this.#options = options;
  }

  async audit(items: AsyncIterable<ManifestItem>): Promise<Audit> {
    const { progress, writeError } = this.#options;
    let seen = 0;
    for await (const item of items) {
      seen += 1;
      if (progress && seen % STEP === 0) writeError(`\r${seen.toLocaleString('en')} objects`);
      if ('mistake' in item) this.#unreadable(item.mistake);
      else if ('skipped' in item) this.#counts.skipped += 1;
      else this.#add(item);
    }
    if (progress && seen >= STEP) writeError(CLEAR);
    return { owners: this.#owners.all(), counts: { ...this.#counts, rewrittenImages: this.#rewritten.size } };
  }

  /** What is in another namespace than the one asked for is not looked at. */
  #add(item: ManifestObject): void {
    const { object } = item;
    const namespace = property(object['metadata'], 'namespace');
    const { namespace: only } = this.#options;
    if (only !== undefined && namespace !== undefined && namespace !== only) return;
    if (hasEnded(object)) this.#counts.ended += 1;
    else this.#judge(item);
  }

  #judge(item: ManifestObject): void {
    const { object } = item;
    const options = { ...this.#options, ...(isMirror(object) && { user: NODE }) };
    const { request, review } = judge(item, this.#ruleset, this.#namespaces, options);
    const { namespace = '', name, kind } = request;
    const isRetired = isRetiredRevision(object);
    const remarks = review === undefined || isRetired ? [] : this.#remarks({ ...kind, namespace, name, review, where });
    this.#owners.add(request, remarks);
    if (!isRetired) for (const { written } of review?.rewritten ?? []) this.#rewritten.add(written!); // they have it
    if (review === undefined) this.#counts.exempt += 1;
    else if (isRetired) this.#counts.retired += 1;
    else if (review.unknownKind) this.#counts.withoutPods += 1;
    else if (review.verdict === 'errored') this.#counts.errored += 1;
    else this.#counts[remarks.some(({ level }) => level === 'deny') ? 'denied' : 'allowed'] += 1;
  }

  /** What could not be judged is told whichever rules are asked for. */
  #remarks(checked: Parameters<typeof remarksOf>[0]): readonly Remark[] {
    const { only } = this.#options;
    const remarks = remarksOf(checked);
    if (only === undefined) return remarks;
    return remarks.filter(({ rule, finding }) => finding === undefined || only.includes(rule));
  }

  #unreadable(mistake: Mistake): void {
    this.#counts.unreadable += 1;
    this.#options.writeError(`${this.#options.progress ? CLEAR : ''}${mistakeText(mistake)}\n`);
  }
}

/** Of a terminal: the line of the progress. */
const CLEAR = '\r\u001B[K';

/** Places are not told: to find them takes longer than to judge. */
const where = () => ({ source: { name: 'audit' } });

function isMirror({ kind, metadata }: KubernetesObject): boolean {
  return kind === 'Pod' && property(property(metadata, 'annotations'), MIRROR) !== undefined;
}

/** A ReplicaSet that its Deployment keeps to go back to. */
function isRetiredRevision({ kind, metadata, spec }: KubernetesObject): boolean {
  return kind === 'ReplicaSet' && property(spec, 'replicas') === 0 && controllerOf(metadata) !== undefined;
}

/** Nothing starts its containers again; what would make another pod is judged itself. */
function hasEnded({ kind, status }: KubernetesObject): boolean {
  return kind === 'Pod' && ['Succeeded', 'Failed'].includes(String(property(status, 'phase')));
}
