import { MistakesError, type Mistake } from '../mistake/mistake.ts';
import {
  certificateWarning,
  checkCertificate,
  readCertificate,
  type Certificate,
  type CertificateFiles,
} from './certificate.ts';

export interface CertificateWatchOptions {
  readonly dir: string;
  /** The certificate that is in use already. */
  readonly current: Certificate;
  /** From one look to the next, in milliseconds. */
  readonly pollMs: number;
  /** There is another pair, and it works. */
  readonly onRenewed: (certificate: Certificate) => void;
  /** There is another pair, and it doesn't work; told once for each. */
  readonly onMistakes: (mistakes: readonly Mistake[]) => void;
  /** The pair in use works, and needs somebody's attention; told once a day. */
  readonly onWarning: (warning: string) => void;
  readonly now?: () => Date;
}

export interface CertificateWatch {
  stop(): void;
}

const MS_PER_DAY = 86_400_000;

/**
 * Looks for a renewed certificate by reading the files again and again: a Secret is renewed by swapping the `..data`
 * symlink of its folder, and some mounts never notify of that.
 *
 * A pair that works is taken at once. One that doesn't is looked at twice before it is reported: the first look may have
 * met the folder between the writing of the two files.
 */
export function watchCertificate(options: CertificateWatchOptions): CertificateWatch {
  const { dir, pollMs, onRenewed, onMistakes, onWarning, now = () => new Date() } = options;
  let { current } = options;
  let stopped = false;
  let timer: NodeJS.Timeout;
  let suspect: Suspect | undefined;
  let warnedAt = Number.NEGATIVE_INFINITY;

  function warnDaily(): void {
    const warning = certificateWarning(current, now());
    if (warning === undefined || now().getTime() - warnedAt < MS_PER_DAY) return;
    warnedAt = now().getTime();
    onWarning(warning);
  }

  async function look(): Promise<void> {
    const found = await lookAt(dir, current, now());
    if (stopped) return;
    if (found instanceof MistakesError) {
      const seenBefore = suspect?.message === found.message;
      if (seenBefore && !suspect?.reported) onMistakes(found.mistakes);
      suspect = { message: found.message, reported: seenBefore };
    } else {
      suspect = undefined;
      if (found !== current) onRenewed((current = found));
    }
    warnDaily();
    schedule();
  }

  function schedule(): void {
    timer = setTimeout(() => void look(), pollMs).unref();
  }

  warnDaily();
  schedule();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** A pair that does not work, known by what is wrong with it. */
interface Suspect {
  readonly message: string;
  readonly reported: boolean;
}

/** The current certificate if the files are still the same, another if they are another that works, or what is wrong. */
async function lookAt(dir: string, current: Certificate, now: Date): Promise<Certificate | MistakesError> {
  try {
    const files = await readCertificate(dir);
    return isSame(files, current) ? current : checkCertificate(files, dir, now);
  } catch (error) {
    if (error instanceof MistakesError) return error;
    throw error;
  }
}

function isSame(a: CertificateFiles, b: CertificateFiles): boolean {
  return a.cert.equals(b.cert) && a.key.equals(b.key);
}
