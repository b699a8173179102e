import type { Limits } from './limits.ts';

/** What a rule is asked about, as one text: requests for the same images have the same. */
export interface Asked {
  readonly imagesKey: string;
}

/** Whether something is asked, by how it went lately. */
interface Circuit {
  /** When it ended a worker, lately, and over which images. */
  deaths: readonly { readonly at: number; readonly imagesKey: string }[];
  /** Until then it is not asked; afterwards one request at a time tries it, until one succeeds. */
  openUntil: number | undefined;
  trying: boolean;
}

/** What is known of a rule. */
interface RuleRecord {
  readonly rule: Circuit;
  /** Of those images that it ended workers over. */
  readonly byImages: Map<string, Circuit>;
}

const overImages = (deaths: Circuit['deaths']): number => new Set(deaths.map(({ imagesKey }) => imagesKey)).size;

const closed = (): Circuit => ({ deaths: [], openUntil: undefined, trying: false });

/**
 * Remembers which rules end workers, so that many requests at once do not each lose one to the same rule.
 *
 * A rule that ends workers over the same images again and again, as when a controller retries the one pod that it cannot
 * bear, is no longer asked about these. Only when it does so over different ones, it is not asked at all: one bad request
 * must not decide about all others.
 */
export class Breaker {
  readonly #limits: Pick<Limits, 'breakerDeaths' | 'breakerMs'>;
  readonly #records = new Map<string, RuleRecord>();

  constructor(limits: Pick<Limits, 'breakerDeaths' | 'breakerMs'>) {
    this.#limits = limits;
  }

  /** Whether requests for these images are answered without the rule. */
  isOpen(rule: string, asked: Asked, now: number): boolean {
    return this.#circuits(rule, asked).some(
      ({ openUntil, trying }) => openUntil !== undefined && (trying || now < openUntil),
    );
  }

  /** Whether the rule may be asked now. After a yes, `answered`, `died` or `notAsked` must be called. */
  admits(rule: string, asked: Asked, now: number): boolean {
    if (this.isOpen(rule, asked, now)) return false;
    for (const circuit of this.#circuits(rule, asked)) if (circuit.openUntil !== undefined) circuit.trying = true;
    return true;
  }

  /** Whether it has ended a worker lately: then it is to blame when another one ends. */
  suspects(rule: string, now: number): boolean {
    return this.#records.get(rule)?.rule.deaths.some((death) => this.#isRecent(death, now)) ?? false;
  }

  /** Whether it has ended workers lately over different images: then it may do so over any. */
  isSpreading(rule: string, now: number): boolean {
    const { deaths = [] } = this.#records.get(rule)?.rule ?? {};
    return overImages(deaths.filter((death) => this.#isRecent(death, now))) > 1;
  }

  /** Whether it has ever ended a worker, however long ago: then the others are asked first. */
  isDoubtful(rule: string): boolean {
    return this.#records.has(rule);
  }

  answered(rule: string, asked: Asked): void {
    for (const circuit of this.#circuits(rule, asked)) if (circuit.trying) Object.assign(circuit, closed());
  }

  died(rule: string, { imagesKey }: Asked, now: number): void {
    const record = this.#records.get(rule) ?? { rule: closed(), byImages: new Map<string, Circuit>() };
    this.#records.set(rule, record);
    for (const [key, { deaths, openUntil = 0 }] of record.byImages) {
      if (openUntil <= now && !deaths.some((death) => this.#isRecent(death, now))) record.byImages.delete(key);
    }
    const ofImages = record.byImages.get(imagesKey) ?? closed();
    record.byImages.set(imagesKey, ofImages);
    for (const circuit of [record.rule, ofImages]) {
      circuit.deaths = [...circuit.deaths.filter((death) => this.#isRecent(death, now)), { at: now, imagesKey }];
    }
    this.#failed(record.rule, overImages(record.rule.deaths), now);
    this.#failed(ofImages, ofImages.deaths.length, now);
  }

  notAsked(rule: string, asked: Asked): void {
    for (const circuit of this.#circuits(rule, asked)) circuit.trying = false;
  }

  #failed(circuit: Circuit, times: number, now: number): void {
    const { breakerDeaths, breakerMs } = this.#limits;
    if (circuit.trying || times >= breakerDeaths) circuit.openUntil = now + breakerMs;
    circuit.trying = false;
  }

  #isRecent({ at }: { readonly at: number }, now: number): boolean {
    return now - at < this.#limits.breakerMs;
  }

  /** What stands between a rule and a request: nothing, for almost all rules. */
  #circuits(rule: string, asked: Asked): readonly Circuit[] {
    const record = this.#records.get(rule);
    if (record === undefined) return [];
    const ofImages = record.byImages.get(asked.imagesKey);
    return ofImages === undefined ? [record.rule] : [record.rule, ofImages];
  }
}
