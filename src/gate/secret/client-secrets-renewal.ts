import type { Logger } from 'pino';
import { mistakeText } from '../../mistake/mistake.ts';
import { CERTIFICATE_POLL_MS } from './certificate-renewal.ts';
import { isSameClientSecrets, loadClientSecrets, type ClientSecrets } from './client-secrets.ts';
import type { KnownClients } from './client-check.ts';
import { watchSecret } from './secret-watch.ts';
import type { ClientSettings } from '../settings.ts';

export interface ClientSecretsRenewalOptions {
  readonly client: ClientSettings;
  /** What the gate begins with. */
  readonly clientSecrets: ClientSecrets;
  /** There are others. */
  readonly onChange: () => void;
  readonly log: Logger;
  readonly certificatePollMs?: number;
}

/** Keeps to what the API server is known by as it is written. A file that cannot be used leaves what was in use. */
export function renewClientSecrets(options: ClientSecretsRenewalOptions): KnownClients & { stop(): void } {
  const { client, clientSecrets, onChange, log, certificatePollMs: pollMs = CERTIFICATE_POLL_MS } = options;
  const { current: secrets, stop } = watchSecret({
    load: async () => loadClientSecrets(client),
    current: clientSecrets,
    isSame: isSameClientSecrets,
    pollMs,
    onChange: () => {
      log.info('Reloaded CLIENT_CA_FILE and CLIENT_TOKEN_FILE.');
      onChange();
    },
    onMistakes: (mistakes) =>
      log.error(
        { mistakes: mistakes.map(mistakeText) },
        'CLIENT_CA_FILE or CLIENT_TOKEN_FILE is invalid: what was loaded before stays in use.',
      ),
  });
  return { settings: client, secrets, stop };
}
