/**
 * The codes of all mistakes, at start or while the gate runs. docs/errors.md explains each of them, and a test of the
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
  | 'cluster-unreachable'
  | 'cluster-unreadable'
  | 'exemption-invalid'
  | 'gate-not-ready'
  | 'import-left-out'
  | 'manifest-invalid'
  | 'manifest-unfixed'
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
  | 'policy-version-newer'
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

/** The file, key or variable that holds a mistake. */
export interface Source {
  /** Its name: `BLOCKED_TAGS`, `policy.yaml`, `/app/rules.d/mine.js`, `rule mine`. */
  readonly name: string;
  /** Its container, if the name does not say it: `environment`, `ConfigMap`, or the path of the file. */
  readonly in?: string;
  /** The ConfigMap that holds it, if known. */
  readonly configMap?: string;
  /** Line and column count from 1. */
  readonly line?: number;
  readonly column?: number;
}

/** A source and, if known, a place in it. */
export interface Location {
  readonly source: Source;
  /** The path within the source: `rules.blocked-tags.action`, `entry 2`. Absent for the whole source. */
  readonly place?: string;
}

/** What to do. */
export interface Remedy {
  /** A whole sentence. */
  readonly remedy: string;
  /** The name that was probably meant; `remedy` applies if it was not. */
  readonly guess?: string;
}

/** A mistake in the operator's or a rule author's files: never one in a request. */
export interface Mistake extends Location, Remedy {
  readonly code: MistakeCode;
  /** The other location, if two contradict each other. */
  readonly other?: Location;
  readonly expected: string;
  readonly found: string;
  /** Nothing needs fixing: memory was lacking, and a retry may succeed. */
  readonly mayPass?: true;
}

/** The mistake in one line: where, what was expected, what was found, what to do, and the code to look up. */
export function mistakeText({ code, other, expected, found, remedy, guess, ...location }: Mistake): string {
  const where = [location, ...(other === undefined ? [] : [other])].map(locationText).join(' and ');
  const todo = guess === undefined ? remedy : `Did you mean ${guess}?`;
  // `found` may be a whole sentence, such as an error's message.
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

/** A location within another one; the same location without `parts`. */
export function within({ source, place }: Location, ...parts: readonly string[]): Location {
  const all = [place, ...parts].filter((part) => part !== undefined && part !== '');
  return all.length === 0 ? { source } : { source, place: all.join(', ') };
}

/** Removes duplicates: an option that applies in several namespaces is validated for each of them. */
export function distinctMistakes(mistakes: readonly Mistake[]): readonly Mistake[] {
  return [...new Map(mistakes.map((mistake) => [JSON.stringify(mistake), mistake])).values()];
}

/** All mistakes at once, so that they need not be fixed one restart at a time. The message has a line for each. */
export class MistakesError extends Error {
  override readonly name = 'MistakesError';
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(mistakeText).join('\n'));
    this.mistakes = mistakes;
  }
}

/** The lines that describe a thrown value. */
export function problemsOf(thrown: unknown): readonly string[] {
  return thrown instanceof MistakesError ? thrown.mistakes.map(mistakeText) : [messageOf(thrown)];
}

/**
 * A value for `found`: JSON, cut after 80 characters, so that a key or a whole file never gets into a log. A value that is
 * not JSON is shown by its type: a rule file can export anything.
 */
export function shown(value: unknown): string {
  const text = json(value) ?? typeWord(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

function json(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // a cycle, or a bigint
  }
}

function typeWord(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The code of a system error, such as ENOENT; without one, the error as text. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
}

/** The message of a thrown value, which can be anything. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === 'string' ? thrown : `a thrown ${thrown === null ? 'null' : typeof thrown}`;
}
