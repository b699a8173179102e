import type { Logger } from 'pino';
import { mistakeText, type Mistake } from '../../mistake/mistake.ts';
import type { Certificate, CertificatePlace } from './certificate.ts';
import { watchCertificate, type CertificateFaults } from './certificate-watch.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { GateServer } from '../server.ts';

export interface CertificateRenewalOptions {
  readonly place: CertificatePlace;
  /** What the server began with. */
  readonly certificate: Certificate;
  readonly server: Pick<GateServer, 'renew'>;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly certificatePollMs?: number;
  readonly now?: () => Date;
}

export interface CertificateRenewal {
  /** The certificate of the connections that come now. */
  certificate(): Certificate;
  /** What is wrong with the certificate in use, or with another that is therefore not used; `undefined` if nothing is. */
  problem(): string | undefined;
  /** Looks no more. */
  stop(): void;
}

/** The kubelet writes a changed Secret within a minute or so; to look more often than this adds nothing. */
export const CERTIFICATE_POLL_MS = 10_000;

/** Keeps the server on the newest certificate that works, and tells what it does. */
export function renewCertificate(options: CertificateRenewalOptions): CertificateRenewal {
  const { place, server, log, metrics, certificatePollMs = CERTIFICATE_POLL_MS, now } = options;
  let { certificate } = options;
  let problem: string | undefined;
  metrics.certificateInUse(certificate);
  const watch = watchCertificate({
    place,
    current: certificate,
    pollMs: certificatePollMs,
    onRenewed: (renewed) => {
      certificate = renewed;
      server.renew(renewed);
      metrics.certificateInUse(renewed);
      log.info({ validTo: renewed.validTo.toISOString() }, 'The certificate was renewed.');
    },
    onFaults: (faults) => {
      problem = problemOf(faults);
      if (faults.inUse.length > 0)
        log.error(
          { mistakes: textsOf(faults.inUse) },
          'The certificate in use does not work, and there is none that does.',
        );
      if (faults.found.length === 0) return;
      metrics.certificateReloadFailed();
      const mistakes = textsOf(faults.found);
      log.error({ mistakes }, 'The renewed certificate does not work: the one before stays in use.');
    },
    onWarning: (warning) => log.warn(warning),
    ...(now && { now }),
  });
  return { certificate: () => certificate, problem: () => problem, stop: () => watch.stop() };
}

function problemOf({ found, inUse }: CertificateFaults): string | undefined {
  const parts = [
    ...(found.length > 0 ? ['the renewed one does not work, and the one before stays in use:', ...textsOf(found)] : []),
    ...(inUse.length > 0 ? ['the one in use does not work:', ...textsOf(inUse)] : []),
  ];
  return parts.length > 0 ? parts.join('\n  ') : undefined;
}

function textsOf(mistakes: readonly Mistake[]): readonly string[] {
  return mistakes.map(mistakeText);
}
