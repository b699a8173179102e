/** Where a command tells what it found. */
export interface Output {
  /** Writes to the standard output. */
  readonly write: (text: string) => void;
  /** Writes to the standard error. */
  readonly writeError: (text: string) => void;
}
