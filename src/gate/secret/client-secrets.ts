import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { codeOf, MistakesError, type Mistake } from '../../mistake/mistake.ts';
import { hashOfToken } from './policy-token.ts';
import { watchSecret, type LiveSecret } from './secret-watch.ts';
import type { ClientSettings } from '../settings.ts';

/** What authenticates the API server: its certificate, its bearer token, or either. */
export interface ClientSecrets {
  /** The CAs of its certificate, in PEM; `undefined` if none is required. */
  readonly ca: Buffer | undefined;
  /** Hashes of its tokens: two during a rotation. */
  readonly tokens: readonly Buffer[] | undefined;
}

export interface ClientSecretsRenewalOptions {
  readonly client: ClientSettings;
  /** The ones that the gate started with. */
  readonly clientSecrets: ClientSecrets;
  readonly onReloaded: () => void;
  readonly log: Logger;
  readonly certificatePollMs?: number;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g;
/** The characters of RFC 6750, too long to guess. */
const TOKEN = /^[A-Za-z0-9._~+/-]{32,4096}=*$/;

/**
 * Reads the CA and token files of the API server.
 *
 * @throws {MistakesError} for each file that is unreadable or invalid, without its content.
 */
export async function loadClientSecrets(files: Pick<ClientSettings, 'caFile' | 'tokenFile'>): Promise<ClientSecrets> {
  const [ca, tokens] = await Promise.all([
    parsed(files.caFile, parseCa, 'certificates of CAs, in PEM'),
    parsed(files.tokenFile, parseTokens, 'a token a line, of at least 32 of A-Z, a-z, 0-9 and ._~+/-'),
  ]);
  const mistakes = [ca, tokens].filter((found): found is Mistake => found !== undefined && 'code' in found);
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return { ca, tokens } as ClientSecrets;
}

/** Watches the CA and token files and reloads them. */
export function renewClientSecrets(options: ClientSecretsRenewalOptions): LiveSecret<ClientSecrets> {
  const { client, clientSecrets: current, onReloaded, log, certificatePollMs: pollMs } = options;
  return watchSecret({
    load: async () => loadClientSecrets(client),
    current,
    pollMs,
    onReloaded: () => {
      log.info('CLIENT_CA_FILE and CLIENT_TOKEN_FILE reloaded.');
      onReloaded();
    },
    rejected: 'New CLIENT_CA_FILE or CLIENT_TOKEN_FILE rejected; the previous ones stay active.',
    log,
  });
}

async function parsed<T>(
  name: string | undefined,
  parse: (content: Buffer) => T | undefined,
  expected: string,
): Promise<T | Mistake | undefined> {
  if (name === undefined) return undefined;
  const mistake = (found: string): Mistake => {
    const remedy = 'Mend the file, or leave its setting out.';
    return { code: 'client-file-invalid', source: { name }, expected, found, remedy };
  };
  try {
    return parse(await readFile(name)) ?? mistake('something else');
  } catch (error) {
    return mistake(`a file that cannot be read (${codeOf(error)})`);
  }
}

/** Joined by newlines: of two certificates without one between them, TLS would read only the first. */
function parseCa(content: Buffer): Buffer | undefined {
  const certificates = content.toString('latin1').match(CERTIFICATE) ?? [];
  const isUsable = certificates.length > 0 && certificates.every(isCa);
  return isUsable ? Buffer.from(certificates.join('\n')) : undefined;
}

/** With anything else, such as the API server's own certificate, no client would be accepted. */
function isCa(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}

function parseTokens(content: Buffer): readonly Buffer[] | undefined {
  const lines = content.toString('latin1').replace(/\n$/, '').split('\n');
  return lines.every((line) => TOKEN.test(line)) ? lines.map(hashOfToken) : undefined;
}
