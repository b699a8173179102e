import type { RuleOptions } from '../engine/prepare-rule.ts';
import type { RequestContext } from '../engine/evaluate.ts';
import type { Mistake } from '../mistake/mistake.ts';
import type { RuleFile } from '../rule/rule-files.ts';
import type { Violation } from '../rule/rule.ts';
import type { ContainerPlace } from '../workload/images.ts';

// What crosses between the process that answers and a worker is JSON.

export type LogLevel = 'info' | 'warn' | 'error';

/** The text of rule files and of what lies beside them, by URL: a ConfigMap's update removes what is on disk. */
export type RuleSources = Readonly<Record<string, string>>;

/** The first message to a worker: what to load. */
export interface WorkerLoad {
  readonly files: readonly RuleFile[];
  readonly sources: RuleSources;
  /** For each selection the options by rule. */
  readonly settings: readonly Readonly<Record<string, RuleOptions>>[];
}

/** Each message to a worker after that. An image crosses as it was written, and is parsed again there. */
export interface WorkerTask {
  readonly images: readonly { readonly raw: string; readonly container: ContainerPlace }[];
  readonly request: RequestContext;
  readonly rules: readonly string[];
  readonly selection: number;
}

/** Asks a worker that has nothing to do whether it would come to a task. */
export interface WorkerKnock {
  readonly kind: 'knock';
}

/** What a rule says of an image, by its place. */
export type WorkerJudgement = { readonly image: number } & (
  { readonly violations: readonly Violation[] } | { readonly failure: string }
);

/** A file is there, or why it is not. */
export interface FileReport {
  /** What its rule says that it does. */
  readonly description?: string;
  readonly mistakes: readonly Mistake[];
  /** A syntax error does not always say where it is; then the main process finds out. */
  readonly placeless: boolean;
}

export type WorkerMessage =
  | { readonly kind: 'file'; readonly report: FileReport }
  | { readonly kind: 'ready' }
  /** The answer to a knock. */
  | { readonly kind: 'alive' }
  /** It is at the task: whatever ends it from here on is the doing of the rule that runs. */
  | { readonly kind: 'begun' }
  /** The next rule of the task is through; `last` ends the task, and `full` says that the worker should end too. */
  | {
      readonly kind: 'rule';
      readonly judgements: readonly WorkerJudgement[];
      readonly last: boolean;
      readonly full: boolean;
    }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, string>>;
    };
