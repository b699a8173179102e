import { createHash } from 'node:crypto';
import { MistakesError, type Mistake } from '../../mistake/mistake.ts';
import {
  certificateWarning,
  checkCertificate,
  readCertificate,
  type Certificate,
  type CertificateFiles,
  type CertificatePlace,
  type CheckedCertificate,
  type FoundCertificate,
} from './certificate.ts';

export interface CertificateWatchOptions {
  readonly place: CertificatePlace;
  /** The certificate that is in use already. */
  readonly current: Certificate;
  /** From one look to the next, in milliseconds. */
  readonly pollMs: number;
  /** There is another pair, and it is to be used. */
  readonly onRenewed: (certificate: Certificate) => void;
  /** Something else is wrong than before, or nothing any more; told once for each state. */
  readonly onFaults: (faults: CertificateFaults) => void;
  /** The pair in use works, and needs somebody's attention; told once a day. */
  readonly onWarning: (warning: string) => void;
  readonly now?: () => Date;
}

export interface CertificateFaults {
  /** What is wrong with what is there now, if it is not in use. */
  readonly found: readonly Mistake[];
  /** What is wrong with the certificate that is in use. */
  readonly inUse: readonly Mistake[];
}

export interface CertificateWatch {
  stop(): void;
}

const MS_PER_DAY = 86_400_000;

/**
 * Looks for a renewed certificate by reading the files again and again: a Secret is renewed by swapping the `..data`
 * symlink of its folder, and some mounts never notify of that.
 *
 * A pair that works is taken at once, which it may do without being written again: it was not valid yet. One that doesn't
 * is looked at twice before it is reported: the first look may have met the folder between the writing of two files.
 */
export function watchCertificate(options: CertificateWatchOptions): CertificateWatch {
  const { place, pollMs, onRenewed, onFaults, onWarning, now = () => new Date() } = options;
  let { current } = options;
  let stopped = false;
  let timer: NodeJS.Timeout;
  const report = new FaultReport(onFaults);
  let warnedAt = Number.NEGATIVE_INFINITY;

  function warnDaily(): void {
    const warning = certificateWarning(current, now());
    if (warning === undefined || now().getTime() - warnedAt < MS_PER_DAY) return;
    warnedAt = now().getTime();
    onWarning(warning);
  }

  const isInUse = (found: FoundCertificate): boolean => isSame(found, current) && caOf(found).equals(caOf(current));
  const inUseFaults = (): readonly Mistake[] => checkCertificate(current, place, now()).mistakes;

  async function look(): Promise<void> {
    const { files, certificate, mistakes } = await lookAt(place, now);
    if (stopped) return;
    if (certificate !== undefined && (mistakes.length === 0 || isInUse(certificate) || hasExpired(current, now()))) {
      if (!isSame(certificate, current)) onRenewed(certificate);
      current = certificate;
      report.tell({ found: [], inUse: mistakes }, files);
    } else report.tellSecond({ found: mistakes, inUse: inUseFaults() }, files);
    warnDaily();
    schedule();
  }

  function schedule(): void {
    timer = setTimeout(() => void look(), pollMs).unref();
  }

  report.tell({ found: [], inUse: inUseFaults() }, undefined);
  warnDaily();
  schedule();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Tells each state once. */
class FaultReport {
  readonly #onFaults: CertificateWatchOptions['onFaults'];
  #told = '';
  #suspected = '';

  constructor(onFaults: CertificateWatchOptions['onFaults']) {
    this.#onFaults = onFaults;
  }

  tell(faults: CertificateFaults, files: FoundCertificate | undefined): void {
    const state = stateOf(faults, files);
    if (state !== this.#told) this.#onFaults(faults);
    this.#told = state;
    this.#suspected = state;
  }

  /** Tells what was the same the time before. */
  tellSecond(faults: CertificateFaults, files: FoundCertificate | undefined): void {
    const state = stateOf(faults, files);
    if (state === this.#suspected) this.tell(faults, files);
    this.#suspected = state;
  }
}

interface Look extends CheckedCertificate {
  /** `undefined` if they cannot be read. */
  readonly files: FoundCertificate | undefined;
}

async function lookAt(place: CertificatePlace, now: () => Date): Promise<Look> {
  try {
    const files = await readCertificate(place.dir);
    return { files, ...checkCertificate(files, place, now()) };
  } catch (error) {
    if (error instanceof MistakesError) return { files: undefined, certificate: undefined, mistakes: error.mistakes };
    throw error;
  }
}

/** No client takes it any more, so whatever can serve is no worse. */
function hasExpired({ validTo }: Certificate, now: Date): boolean {
  return validTo < now;
}

function isSame(a: CertificateFiles, b: CertificateFiles): boolean {
  return a.cert.equals(b.cert) && a.key.equals(b.key);
}

function caOf({ ca = Buffer.alloc(0) }: FoundCertificate): Buffer {
  return ca;
}

/** What a state is known by; of two bad pairs each is told, though the same is wrong with both. Empty: nothing is wrong. */
function stateOf({ found, inUse }: CertificateFaults, files: FoundCertificate | undefined): string {
  if (found.length + inUse.length === 0) return '';
  const hash = createHash('sha256').update(JSON.stringify([found, inUse]));
  if (found.length > 0 && files !== undefined)
    for (const file of [files.cert, files.key, caOf(files)]) hash.update(file);
  return hash.digest('base64');
}
