import { createHash } from 'node:crypto';
import type { CustomJudgement, CustomTask } from '../engine/evaluate-custom.ts';
import type { WorkerJudgement, WorkerTask } from './worker-protocol.ts';

/** A task on its way through the workers: what is still to be asked, and what has been answered. */
export class Job {
  readonly answer: Promise<readonly CustomJudgement[]>;
  deadline: number;
  /** Its deadline has been put off. */
  isGraced = false;
  readonly #task: CustomTask;
  readonly #judgements: CustomJudgement[] = [];
  readonly #suspects = new Set<string>();
  #rules: readonly string[];
  #askedCount = 0;
  #imagesKey: string | undefined;
  #resolve!: (judgements: readonly CustomJudgement[]) => void;

  constructor(task: CustomTask) {
    this.#task = task;
    this.#rules = task.rules;
    this.deadline = task.deadline;
    this.answer = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Those not yet through; the first of them is the one that runs. */
  get rules(): readonly string[] {
    return this.#rules;
  }

  /** Of those, what is asked now, or was asked last. */
  get asked(): readonly string[] {
    return this.#rules.slice(0, this.#askedCount);
  }

  /** The same for requests for the same images. Seldom needed, so not made before. */
  get imagesKey(): string {
    if (this.#imagesKey === undefined) {
      const raws = this.#task.images.map(({ reference }) => reference.raw);
      this.#imagesKey = createHash('sha256').update(raws.toSorted().join('\n')).digest('base64');
    }
    return this.#imagesKey;
  }

  /** Puts the doubtful rules behind the others, and last those that are left out of what is asked next. */
  arrange(isDoubtful: (rule: string) => boolean, leftOut: ReadonlySet<string>): void {
    const rank = (rule: string): number => {
      if (leftOut.has(rule)) return 3;
      return this.#suspects.has(rule) ? 2 : Number(isDoubtful(rule));
    };
    this.#rules = this.#rules.toSorted((a, b) => rank(a) - rank(b));
    this.#askedCount = this.#rules.filter((rule) => !leftOut.has(rule)).length;
  }

  /** What a worker is asked. */
  get message(): WorkerTask {
    const { images, request, selection } = this.#task;
    const placed = images.map(({ reference, container }) => ({ raw: reference.raw, container }));
    return { images: placed, request, rules: this.asked, selection };
  }

  /** The first rule is through. */
  through(judgements: readonly WorkerJudgement[]): void {
    const [rule = '', ...rest] = this.#rules;
    for (const judgement of judgements) this.#judgements.push({ rule, ...judgement });
    this.#rules = rest;
    this.#askedCount -= 1;
  }

  /** A rule did not judge: that is said of every image, whichever of them it was at. */
  failed(rule: string, failure: string): void {
    this.#rules = this.#rules.filter((name) => name !== rule);
    for (const image of this.#task.images.keys()) this.#judgements.push({ rule, image, failure });
  }

  /** Has the others asked before a rule, whatever it does. False if it was suspected before. */
  suspect(rule: string): boolean {
    if (this.#suspects.has(rule)) return false;
    this.#suspects.add(rule);
    return true;
  }

  settle(): void {
    this.#resolve(this.#judgements);
  }
}
