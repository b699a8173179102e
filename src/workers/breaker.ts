import type { Limits } from './limits.ts';

interface RuleRecord {
  /** When it ended a worker, lately. */
  deaths: number[];
  /** Until then it is not asked; afterwards one request at a time tries it, until one succeeds. */
  openUntil: number | undefined;
  trying: boolean;
}

/** Remembers which rules end workers, so that many requests at once do not each lose one to the same rule. */
export class Breaker {
  readonly #limits: Pick<Limits, 'breakerDeaths' | 'breakerMs'>;
  readonly #records = new Map<string, RuleRecord>();

  constructor(limits: Pick<Limits, 'breakerDeaths' | 'breakerMs'>) {
    this.#limits = limits;
  }

  /** Whether requests are answered without the rule. */
  isOpen(rule: string, now: number): boolean {
    const { openUntil, trying = false } = this.#records.get(rule) ?? {};
    return openUntil !== undefined && (trying || now < openUntil);
  }

  /** Whether the rule may be asked now. After a yes, `answered`, `died` or `notAsked` must be called. */
  admits(rule: string, now: number): boolean {
    const record = this.#records.get(rule);
    if (this.isOpen(rule, now)) return false;
    if (record?.openUntil !== undefined) record.trying = true;
    return true;
  }

  /** Whether it has ended a worker lately: then it is to blame when another one ends. */
  suspects(rule: string, now: number): boolean {
    return this.#records.get(rule)?.deaths.some((death) => now - death < this.#limits.breakerMs) ?? false;
  }

  /** Whether it has ever ended a worker, however long ago: then the others are asked first. */
  isDoubtful(rule: string): boolean {
    return this.#records.has(rule);
  }

  answered(rule: string): void {
    if (!this.#records.get(rule)?.trying) return;
    this.#records.set(rule, { deaths: [], openUntil: undefined, trying: false });
  }

  died(rule: string, now: number): void {
    const { deaths = [], trying = false } = this.#records.get(rule) ?? {};
    const recent = [...deaths.filter((death) => now - death < this.#limits.breakerMs), now];
    const opens = trying || recent.length >= this.#limits.breakerDeaths;
    const openUntil = opens ? now + this.#limits.breakerMs : this.#records.get(rule)?.openUntil;
    this.#records.set(rule, { deaths: recent, openUntil, trying: false });
  }

  notAsked(rule: string): void {
    const record = this.#records.get(rule);
    if (record !== undefined) record.trying = false;
  }
}
