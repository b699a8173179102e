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

/** What something was written in. */
export interface Source {
  /** What it is called: `BLOCKED_TAGS`, `policy.yaml`, `/app/rules.d/mine.js`, `rule mine`. */
  readonly name: string;
  /** What holds it, if the name does not say so: `environment`, `ConfigMap`, or the path of the file. */
  readonly in?: string;
  /** The ConfigMap that holds it, where that is known. */
  readonly configMap?: string;
  /** From 1 on, and so is the column. */
  readonly line?: number;
  readonly column?: number;
}

/** Where something was written, as exactly as it is known. */
export interface Location {
  readonly source: Source;
  /** The path to it inside of the source: `rules.blocked-tags.action`, `entry 2`. Absent for the whole. */
  readonly place?: string;
}

/** What to do. */
export interface Remedy {
  /** A whole sentence. */
  readonly remedy: string;
  /** The name that was probably meant; the remedy is for who meant something else. */
  readonly guess?: string;
}

/** Something wrong in what an operator or a rule author wrote: never in what a request brought. */
export interface Mistake extends Location, Remedy {
  readonly code: MistakeCode;
  /** Where the other part of it is, if two contradict each other. */
  readonly other?: Location;
  readonly expected: string;
  readonly found: string;
  /** Nobody has to mend it: there was too little time, or no process to be had, and the same may do later. */
  readonly mayPass?: true;
}

/** The mistake in one line: where, what was expected, what was found, what to do, and the code to look up. */
export function mistakeText({ code, other, expected, found, remedy, guess, ...location }: Mistake): string {
  const where = [location, ...(other === undefined ? [] : [other])].map(locationText).join(' and ');
  const todo = guess === undefined ? remedy : `Did you mean ${guess}?`;
  // What was found may be a whole sentence, such as somebody's error.
  return `${where}: expected ${expected}, found ${found.replace(/(?<!\.)\.$/, '')}. ${todo} [${code}]`;
}

/** `policy.yaml:3:5 rules.blocked-tags`, `BLOCKED_TAGS (environment), entry 2` */
export function locationText({ source, place }: Location): string {
  const { name, in: holder, line, column } = source;
  const parts = place === undefined ? [] : [place];
  if (line !== undefined)
    return [[name, line, column].filter((part) => part !== undefined).join(':'), ...parts].join(' ');
  return [holder === undefined ? name : `${name} (${holder})`, ...parts].join(', ');
}

/** A part of what is there, or the whole where nothing is named. */
export function within({ source, place }: Location, ...parts: readonly string[]): Location {
  const all = [place, ...parts].filter((part) => part !== undefined && part !== '');
  return all.length === 0 ? { source } : { source, place: all.join(', ') };
}

/** Each mistake once: an option that holds in several namespaces is judged for each of them. */
export function distinctMistakes(mistakes: readonly Mistake[]): readonly Mistake[] {
  return [...new Map(mistakes.map((mistake) => [JSON.stringify(mistake), mistake])).values()];
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
