/**
 * The codes of every mistake that a start can end with, or that is told while the gate runs. docs/errors.md explains each of them, and a test of the
 * repository fails when one is missing there or here.
 */
export type MistakeCode =
  | 'certificate-ca-invalid'
  | 'certificate-expired'
  | 'certificate-invalid'
  | 'certificate-name-mismatch'
  | 'certificate-not-yet-valid'
  | 'certificate-pair-mismatch'
  | 'certificate-unreadable'
  | 'certificate-untrusted'
  | 'certificate-usage-mismatch'
  | 'client-file-invalid'
  | 'exemption-invalid'
  | 'option-invalid'
  | 'policy-action-invalid'
  | 'policy-boolean-invalid'
  | 'policy-folder-unreadable'
  | 'policy-key-binary'
  | 'policy-key-conflict'
  | 'policy-key-unknown'
  | 'policy-list-empty'
  | 'policy-list-unseparated'
  | 'policy-token-invalid'
  | 'policy-yaml-invalid'
  | 'policy-yaml-unreadable'
  | 'port-unavailable'
  | 'rule-fails-on-sample'
  | 'rule-file-invalid'
  | 'rule-file-unloadable'
  | 'rule-name-taken'
  | 'rule-unknown'
  | 'rules-folder-empty'
  | 'rules-folder-unreadable'
  | 'setting-invalid';

/** Something wrong in what an operator or a rule author wrote: never in what a request brought. */
export interface Mistake {
  readonly code: MistakeCode;
  /** The file, key or variable, as exactly as it is known. */
  readonly where: string;
  readonly expected: string;
  readonly found: string;
  /** What to do, a whole sentence. */
  readonly remedy: string;
  /** Nobody has to mend it: there was too little time, or no process to be had, and the same may do later. */
  readonly mayPass?: true;
}

/** The mistake in one line: where, what was expected, what was found, what to do, and the code to look up. */
export function mistakeText({ code, where, expected, found, remedy }: Mistake): string {
  // What was found may be a whole sentence, such as somebody's error.
  return `${where}: expected ${expected}, found ${found.replace(/(?<!\.)\.$/, '')}. ${remedy} [${code}]`;
}

/** All mistakes of one source, so that nobody mends them one restart at a time. Its message has a line for each. */
export class MistakesError extends Error {
  override readonly name = 'MistakesError';
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(mistakeText).join('\n'));
    this.mistakes = mistakes;
  }
}

/** What was thrown, in a line for each problem. */
export function problemsOf(thrown: unknown): readonly string[] {
  return thrown instanceof MistakesError ? thrown.mistakes.map(mistakeText) : [messageOf(thrown)];
}

/**
 * A value as it is shown in `found`: JSON, cut after 80 characters, so that a key or a whole file never lands in a log.
 * What is no JSON is shown by its type: a rule file can export anything.
 */
export function shown(value: unknown): string {
  const text = json(value) ?? typeWord(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

function json(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // a circle, or a bigint
  }
}

function typeWord(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The code of what the system refused, such as ENOENT; or, without one, what was thrown. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
}

/** What was thrown, in words. Anything can be thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === 'string' ? thrown : `a thrown ${thrown === null ? 'null' : typeof thrown}`;
}
