import type { ApiAnswer, ApiClient } from '../cluster/api-client.ts';
import { setTimeout as wait } from 'node:timers/promises';

/** A pod that the shipped policy allows, one that it denies, or one that it allows and that makes a large review. */
export type PodKind = 'good' | 'bad' | 'large';

/** What became of one dry-run create. */
export interface Outcome {
  readonly pod: PodKind;
  /** Its own, so that the audit log can be asked about it. */
  readonly name: string;
  /** What the API server has in the place of the image, if it is created. */
  readonly image?: string | undefined;
  /** `failed`: neither created nor denied by the gate, for instance since the gate could not be asked. */
  readonly verdict: 'ok' | 'denied' | 'failed';
  /** On the clock of `performance.now()`, in milliseconds. */
  readonly sent: number;
  readonly latencyMs: number;
  /** Status, warnings and message; the error where there was no answer. */
  readonly text: string;
}

/** Creates that go on until they are told to end. */
export interface Load {
  /** Those that are answered so far. */
  readonly outcomes: readonly Outcome[];
  /** Sends no more, and resolves when the last one is answered. */
  readonly stop: () => Promise<readonly Outcome[]>;
}

/** Dry-run creates of pods in a namespace, a good and a bad one in turn unless it is said which. */
export interface Creates {
  /** All at the same time. */
  readonly burst: (count: number, pod?: PodKind) => Promise<readonly Outcome[]>;
  /** So many, evenly, however long an answer takes. */
  readonly paced: (count: number, perSecond: number, pod?: PodKind) => Promise<readonly Outcome[]>;
  /** So many a second, evenly, until it is stopped. */
  readonly load: (perSecond: number, pod?: PodKind) => Load;
  /** All at the same time again and again, with a pause after the last answer, until it is stopped. */
  readonly bursts: (count: number, pauseMs: number, pod?: PodKind) => Load;
}

/** The image of each kind of pod; a large one has the good one's. */
export type Images = Readonly<Record<Exclude<PodKind, 'large'>, string>>;

const shipped: Images = { good: 'docker.io/nginx:1', bad: 'docker.io/nginx:latest' };

/** 300 KB of a review: Go writes each of them as six bytes. */
const env = [{ name: 'X', value: '<'.repeat(50_000) }];

/** @param prefix of the names of the pods */
export function createsIn(api: ApiClient, namespace: string, images: Images = shipped, prefix = 'x'): Creates {
  let turn = 0;
  let made = 0;
  const create = async (pod: PodKind = turn++ % 2 === 0 ? 'good' : 'bad'): Promise<Outcome> => {
    const container = pod === 'large' ? { image: images.good, env } : { image: images[pod] };
    const name = `${prefix}${(made += 1)}`;
    const object = { metadata: { name }, spec: { containers: [{ name: 'c', ...container }] } };
    const sent = performance.now();
    const answer = await api.send('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, object).then(read, failed);
    return { pod, name, sent, latencyMs: performance.now() - sent, ...answer };
  };
  const load: Creates['load'] = (perSecond, pod) => {
    const outcomes: Outcome[] = [];
    const pending = new Set<Promise<unknown>>();
    const began = performance.now();
    let sent = 0;
    const clock = setInterval(() => {
      // What was missed is made up for.
      const due = ((performance.now() - began) / 1000) * perSecond;
      for (; sent < due; sent += 1) {
        const one = create(pod);
        pending.add(one);
        void one.then((outcome) => pending.delete(one) && outcomes.push(outcome));
      }
    }, 1000 / perSecond);
    return {
      outcomes,
      stop: async () => {
        clearInterval(clock);
        await Promise.all(pending);
        return outcomes;
      },
    };
  };
  const burst: Creates['burst'] = async (count, pod) =>
    Promise.all(Array.from({ length: count }, async () => create(pod)));
  const bursts: Creates['bursts'] = (count, pauseMs, pod) => {
    const outcomes: Outcome[] = [];
    const state = { over: false };
    const all = (async () => {
      for (; !state.over; await wait(pauseMs)) outcomes.push(...(await burst(count, pod)));
      return outcomes;
    })();
    return {
      outcomes,
      stop: async () => {
        state.over = true;
        return all;
      },
    };
  };
  return {
    burst,
    bursts,
    paced: async (count, perSecond, pod) => {
      const began = performance.now();
      const each = Array.from({ length: count }, async (_, index) => {
        await wait(began + (index * 1000) / perSecond - performance.now());
        return create(pod);
      });
      return Promise.all(each);
    },
    load,
  };
}

function read({ status, text, warnings }: ApiAnswer): Pick<Outcome, 'verdict' | 'text' | 'image'> {
  const { message = '', spec } = JSON.parse(text) as Answer;
  const denied = status === 403 && message.includes('denied the request');
  return {
    verdict: status === 201 ? 'ok' : denied ? 'denied' : 'failed',
    text: [status, ...warnings, message].join(' '),
    image: spec?.containers[0]?.image,
  };
}

/** Why it was not created, or what was. */
interface Answer {
  readonly message?: string;
  readonly spec?: { readonly containers: readonly { readonly image: string }[] };
}

function failed(error: unknown): Pick<Outcome, 'verdict' | 'text'> {
  return { verdict: 'failed', text: String(error) };
}

/** Good pods that were denied, and bad ones that were allowed. */
export function wrong(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.filter(({ pod, verdict }) => verdict === (pod === 'bad' ? 'ok' : 'denied'));
}

export function failures(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.filter(({ verdict }) => verdict === 'failed');
}

/** @throws Error with some of the texts, if one failed or had the wrong verdict. */
export function expectNoFailure(outcomes: readonly Outcome[]): void {
  expectNone('failed', failures(outcomes), outcomes.length);
  expectNoneWrong(outcomes);
}

/** @throws Error with some of the texts, if one had the wrong verdict. */
export function expectNoneWrong(outcomes: readonly Outcome[]): void {
  expectNone('had the wrong verdict', wrong(outcomes), outcomes.length);
}

function expectNone(what: string, found: readonly Outcome[], of: number): void {
  if (found.length === 0) return;
  const texts = [
    ...new Set(found.map(({ pod, latencyMs: ms, text }) => `${pod} pod, after ${(ms / 1000).toFixed(1)} s: ${text}`)),
  ].slice(0, 3);
  throw new Error(`${found.length} of ${of} creates ${what}:\n${texts.map((text) => `  ${text}`).join('\n')}`);
}

/** The latency that this share of the creates did not exceed, in milliseconds. */
export function latencyMs(outcomes: readonly Outcome[], share: number): number {
  const sorted = outcomes.map((outcome) => outcome.latencyMs).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
