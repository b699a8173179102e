import { isObject, property } from '../../workload/json-object.ts';
import { listAt, textAt } from '../doctor/fields.ts';

/** How many owners are told apart; what is found of others counts as one more, so that memory is bounded. */
const MAX_OWNERS = 10_000;
const OTHERS = 'others';

/** What a rule would have denied. */
export interface Rehearsed {
  readonly rule: string;
  readonly actions: readonly string[];
  readonly requests: number;
  /** When the first came, and the last, in ISO 8601; absent if none came. */
  readonly since?: string;
  readonly last?: string;
  readonly namespaces: readonly { readonly namespace: string; readonly owners: Readonly<Record<string, number>> }[];
}

export interface RehearsalReport {
  /** Requests in the logs, but for those that were dry runs. */
  readonly requests: number;
  readonly from?: string;
  readonly to?: string;
  /** Reviews that the logs left out: there may be more than is told. */
  readonly suppressed: number;
  readonly rules: readonly Rehearsed[];
}

interface Span {
  requests: number;
  first?: string;
  last?: string;
}

type Counted = Span & { readonly actions: Set<string>; readonly owners: Map<string, number> };

/** Counts, from the lines of the gate's logs in any order, what rules that warn or audit found. */
export class Rehearsal {
  readonly #rules = new Map<string, Counted>();
  readonly #all: Span = { requests: 0 };
  #owners = 0;
  #suppressed = 0;
  /** What the newest line about a ruleset says of the rules that only warn or audit. */
  #inForce: { readonly time: string; readonly rules: ReadonlyMap<string, string> } = { time: '', rules: new Map() };

  /** Takes a line; what is none of the gate's in JSON is passed over. */
  add(text: string): void {
    const line = lineOf(text);
    const message = textAt(line, 'msg');
    if (message === 'review') this.#review(line);
    else if (message === 'Ruleset reloaded.' || message === 'Listening.') this.#ruleset(line);
    else if (message.startsWith('Log lines about reviews were suppressed')) {
      this.#suppressed += Number(property(line, 'suppressed')) || 0;
    }
  }

  #review(line: unknown): void {
    // Nobody was to get anything from it.
    if (property(line, 'dryRun') === true) return;
    const time = textAt(line, 'time');
    extend(this.#all, time);
    for (const [rule, action] of rehearsedIn(line)) {
      const counted = this.#rules.get(rule) ?? { requests: 0, actions: new Set(), owners: new Map() };
      this.#rules.set(rule, counted);
      counted.actions.add(action);
      extend(counted, time);
      const key = `${textAt(line, 'namespace')} ${ownerOf(line)}`;
      const owner = counted.owners.has(key) || this.#owners < MAX_OWNERS ? key : ` ${OTHERS}`;
      if (!counted.owners.has(owner)) this.#owners += 1;
      counted.owners.set(owner, (counted.owners.get(owner) ?? 0) + 1);
    }
  }

  #ruleset(line: unknown): void {
    const time = textAt(line, 'time');
    if (time >= this.#inForce.time) this.#inForce = { time, rules: rehearsedIn(line) };
  }

  /** What would have been denied, most first, then the rules that found nothing. */
  report(): RehearsalReport {
    const { requests, first: from, last: to } = this.#all;
    const found = [...this.#rules].map(([rule, counted]) => rehearsedOf(rule, counted));
    const quiet = [...this.#inForce.rules].filter(([rule]) => !this.#rules.has(rule));
    const rules = [
      ...found.toSorted((a, b) => b.requests - a.requests || (a.rule < b.rule ? -1 : 1)),
      ...quiet.map(([rule, action]): Rehearsed => ({ rule, actions: [action], requests: 0, namespaces: [] })),
    ];
    return { requests, ...(from && { from }), ...(to && { to }), suppressed: this.#suppressed, rules };
  }
}

/** `kubectl logs --prefix` writes the pod before each line. */
function lineOf(text: string): unknown {
  const start = text.indexOf('{');
  if (start < 0) return undefined;
  try {
    const line: unknown = JSON.parse(text.slice(start));
    return isObject(line) ? line : undefined;
  } catch {
    return undefined;
  }
}

/** The rules by action, as lines about reviews and rulesets have them. */
function rehearsedIn(line: unknown): ReadonlyMap<string, string> {
  const under = (field: string, action: string) => listAt(line, field).map((rule) => [String(rule), action] as const);
  return new Map([...under('audited', 'audit'), ...under('warned', 'warn')]);
}

function extend(span: Span, time: string): void {
  span.requests += 1;
  if (time !== '' && (span.first === undefined || time < span.first)) span.first = time;
  if (time !== '' && (span.last === undefined || time > span.last)) span.last = time;
}

/** A ReplicaSet is of a Deployment if it is called as that calls one, and so is a Job of a CronJob. */
function ownerOf(line: unknown): string {
  const own = `${textAt(line, 'kind')}/${textAt(line, 'name') || `${textAt(line, 'generateName')}*`}`;
  return (textAt(line, 'owner') || own)
    .replace(/^ReplicaSet\/(.+)-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/, 'Deployment/$1')
    .replace(/^Job\/(.+)-\d{8}$/, 'CronJob/$1');
}

function rehearsedOf(rule: string, { requests, first: since, last, actions, owners }: Counted): Rehearsed {
  const namespaces = new Map<string, Record<string, number>>();
  for (const [key, count] of [...owners].toSorted(([, a], [, b]) => b - a)) {
    const [namespace, owner] = [key.slice(0, key.indexOf(' ')), key.slice(key.indexOf(' ') + 1)];
    const ofNamespace = namespaces.get(namespace) ?? {};
    ofNamespace[owner] = count;
    namespaces.set(namespace, ofNamespace);
  }
  return {
    rule,
    actions: [...actions].toSorted(),
    requests,
    ...(since && { since }),
    ...(last && { last }),
    namespaces: [...namespaces].map(([namespace, ofNamespace]) => ({ namespace, owners: ofNamespace })),
  };
}
