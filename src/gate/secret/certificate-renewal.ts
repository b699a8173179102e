import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { MistakesError, mistakeText, type Mistake } from '../../mistake/mistake.ts';
import { watch } from '../../watch/watch.ts';
import type { GateServer } from '../server.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import {
  certificateWarning,
  checkCertificate,
  readCertificate,
  type Certificate,
  type CertificatePlace,
  type FoundCertificate,
} from './certificate.ts';
import { mistakesOf, SECRET_POLL_MS } from './secret-watch.ts';

export interface CertificateRenewalOptions {
  readonly place: CertificatePlace;
  /** The one that the server started with. */
  readonly certificate: Certificate;
  readonly server: Pick<GateServer, 'renew'>;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly certificatePollMs?: number;
  readonly now?: () => Date;
}

export interface CertificateRenewal {
  /** The active certificate, used for new connections. */
  readonly certificate: () => Certificate;
  /** What is wrong with the active certificate, or with a new one that was rejected; `undefined` if nothing is. */
  readonly problem: () => string | undefined;
  readonly stop: () => void;
}

interface CertificateState {
  /** The files, valid or not: a second invalid pair is logged again even if its mistakes are the same. */
  readonly files: FoundCertificate | MistakesError;
  /** `undefined` if the files are rejected. */
  readonly taken: Certificate | undefined;
  /** Why they are rejected. */
  readonly rejected: readonly Mistake[];
  /** What is wrong with the certificate that is then active. */
  readonly active: readonly Mistake[];
}

const MS_PER_DAY = 86_400_000;
const REJECTED = 'New certificate rejected; the previous one stays active.';
const INVALID = 'The active certificate is invalid.';

/**
 * Keeps the server on the newest valid certificate. A valid pair is taken at the first poll even if the files are unchanged:
 * it may not have been valid before.
 */
export function renewCertificate(options: CertificateRenewalOptions): CertificateRenewal {
  const { place, server, log, metrics, certificatePollMs: pollMs = SECRET_POLL_MS, now = () => new Date() } = options;
  let { certificate } = options;
  let problem: string | undefined;
  const warnDaily = createDailyWarning(log, now);
  const check = (found: FoundCertificate) => checkCertificate(found, place, now());

  async function read(): Promise<CertificateState> {
    const files = await readCertificate(place.dir).catch(mistakesOf);
    const { certificate: found, mistakes } =
      files instanceof MistakesError ? { certificate: undefined, mistakes: files.mistakes } : check(files);
    // No client accepts an expired certificate, so any that TLS can use is no worse.
    const isBetter = mistakes.length === 0 || certificate.validTo < now();
    const isTaken = found !== undefined && (isBetter || isDeepStrictEqual(found, certificate));
    warnDaily(certificate);
    if (isTaken) return { files: found, taken: found, rejected: [], active: mistakes };
    return { files, taken: undefined, rejected: mistakes, active: check(certificate).mistakes };
  }

  function settle({ taken = certificate, rejected, active }: CertificateState): void {
    if (!taken.cert.equals(certificate.cert)) {
      server.renew(taken);
      metrics.certificateInUse(taken);
      log.info({ validTo: taken.validTo.toISOString() }, 'Certificate reloaded.');
    }
    certificate = taken;
    if (rejected.length > 0) metrics.certificateReloadFailed();
    problem = [...logMistakes(log, REJECTED, rejected), ...logMistakes(log, INVALID, active)].join('\n  ') || undefined;
  }

  metrics.certificateInUse(certificate);
  const settled = { files: certificate, taken: certificate, rejected: [], active: check(certificate).mistakes };
  settle(settled);
  warnDaily(certificate);
  const isSure = ({ taken }: CertificateState): boolean => taken !== undefined;
  const { stop } = watch<CertificateState>({ read, settled, pollMs, isSure, settle });
  return { certificate: () => certificate, problem: () => problem, stop };
}

function createDailyWarning(log: Logger, now: () => Date) {
  let warnedAt = Number.NEGATIVE_INFINITY;
  return (certificate: Certificate): void => {
    const warning = certificateWarning(certificate, now());
    if (warning === undefined || now().getTime() - warnedAt < MS_PER_DAY) return;
    warnedAt = now().getTime();
    log.warn(warning);
  };
}

/** Logs the mistakes, if there are any, and returns them as lines for the probe. */
function logMistakes(log: Logger, message: string, mistakes: readonly Mistake[]): readonly string[] {
  if (mistakes.length === 0) return [];
  const texts = mistakes.map(mistakeText);
  log.error({ mistakes: texts }, message);
  return [message, ...texts];
}
