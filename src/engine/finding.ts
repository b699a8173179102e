import type { ContainerImage } from '../workload/images.ts';

/** What happens on a violation: the operator's choice, never the rule's. */
export type EnforcementAction = 'deny' | 'warn' | 'audit' | 'off';

/** A violation, placed: which rule, at which image, and what follows from it. */
export interface Finding {
  readonly rule: string;
  readonly action: Exclude<EnforcementAction, 'off'>;
  /** The rule did not judge: it threw, or returned what is no violation. */
  readonly failed: boolean;
  readonly image: ContainerImage;
  readonly problem: string;
  readonly remedy: string;
}
