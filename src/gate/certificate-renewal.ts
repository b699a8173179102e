import type { Logger } from 'pino';
import { mistakeText } from '../mistake/mistake.ts';
import type { Certificate } from './certificate.ts';
import { watchCertificate } from './certificate-watch.ts';
import type { Metrics } from './metrics.ts';
import type { GateServer } from './server.ts';

export interface CertificateRenewalOptions {
  readonly dir: string;
  /** What the server began with. */
  readonly certificate: Certificate;
  readonly server: Pick<GateServer, 'renew'>;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly certificatePollMs?: number;
}

export interface CertificateInUse {
  /** The certificate of the connections that come now. */
  certificate(): Certificate;
  /** Looks no more. */
  stop(): void;
}

/** The kubelet writes a changed Secret within a minute or so; to look more often than this adds nothing. */
export const CERTIFICATE_POLL_MS = 10_000;

/** Keeps the server on the newest certificate that works, and tells what it does. */
export function renewCertificate(options: CertificateRenewalOptions): CertificateInUse {
  const { dir, server, log, metrics, certificatePollMs = CERTIFICATE_POLL_MS } = options;
  let { certificate } = options;
  metrics.certificateInUse(certificate);
  const watch = watchCertificate({
    dir,
    current: certificate,
    pollMs: certificatePollMs,
    onRenewed: (renewed) => {
      certificate = renewed;
      server.renew(renewed);
      metrics.certificateInUse(renewed);
      log.info({ validTo: renewed.validTo.toISOString() }, 'The certificate was renewed.');
    },
    onMistakes: (mistakes) => {
      metrics.certificateReloadFailed();
      const texts = mistakes.map(mistakeText);
      log.error({ mistakes: texts }, 'The renewed certificate does not work: the one before stays in use.');
    },
    onWarning: (warning) => log.warn(warning),
  });
  return { certificate: () => certificate, stop: () => watch.stop() };
}
