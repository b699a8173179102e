/** What a rule says of the image `i`, in CEL. Of the cases of a rule, the first that holds counts. */
export interface RuleCase {
  readonly when: string;
  /** Absent: it says nothing. */
  readonly violation?: {
    /** Text. */
    readonly problem: string;
    /** Text. */
    readonly remedy: string;
    /** Where it is fine all the same. */
    readonly unless?: string;
    /** Where it stays although the rule rewrites. */
    readonly remains?: string;
  };
}

/** Says what of a rule cannot be said in CEL. */
export type LeaveOut = (what: string) => void;
