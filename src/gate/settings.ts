import { isIP } from 'node:net';
import { nearestName } from '../mistake/nearest-name.ts';
import { shown, type Mistake, type Remedy } from '../mistake/mistake.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How the process runs: ports, paths and logs. Decisions about images are policy. */
export interface Settings {
  /** The port of the webhook (HTTPS); 0 takes any free one. */
  readonly port: number;
  /** The port of the probes and the metrics (HTTP); 0 takes any free one. */
  readonly opsPort: number;
  /** The folder of server.crt, server.key, ca.crt and policy-token. */
  readonly certsDir: string;
  /** The DNS name that the API server uses, which the certificate must have. */
  readonly serverName: string;
  /** A folder of custom rule files. */
  readonly rulesDir: string | undefined;
  /** A folder with a file for each key of the policy. */
  readonly policyDir: string | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** Log lines about reviews from one address, per second. */
  readonly logReviewsPerSecond: number;
  /** How long the gate goes on answering after a shutdown signal, in seconds. */
  readonly drainSeconds: number;
  /** How the API server is authenticated; `undefined` if it is not. */
  readonly client: ClientSettings | undefined;
}

/** How the API server is authenticated, by at least one of the two files, and what happens to other requests. */
export interface ClientSettings {
  /** The CAs that sign its client certificate. */
  readonly caFile: string | undefined;
  /** The common names that the certificate may have; any if `undefined`. */
  readonly names: ReadonlySet<string> | undefined;
  /** Its bearer token. */
  readonly tokenFile: string | undefined;
  readonly identity: ClientIdentity;
}

/** One setting, for `--help` and the docs. */
export interface SettingHelp {
  readonly name: string;
  readonly byDefault: string;
  readonly meaning: string;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const LOG_FORMATS = ['json', 'text'] as const;
const CLIENT_IDENTITIES = ['observe', 'require'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = (typeof LOG_FORMATS)[number];
export type ClientIdentity = (typeof CLIENT_IDENTITIES)[number];

/** The Service in deploy/. */
const SERVER_NAME = 'imagegate-webhook.imagegate.svc';
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const MAX_PORT = 65_535;
/** More than one gate can judge. */
const MAX_LOG_REVIEWS = 99_999;
/** With longer drains, a rolling update of two replicas would take most of an hour. */
const MAX_DRAIN_SECONDS = 600;

/** Every variable of the settings, in the order in which they are explained. */
export const SETTINGS: readonly SettingHelp[] = [
  { name: 'PORT', byDefault: '3000', meaning: 'port of the webhook (HTTPS); 0 takes any free one' },
  { name: 'OPS_PORT', byDefault: '8080', meaning: 'port of /livez, /readyz and /metrics (HTTP); 0 takes any free one' },
  { name: 'CERTS_DIR', byDefault: 'certs', meaning: 'folder of server.crt, server.key, ca.crt and policy-token' },
  {
    name: 'SERVER_NAME',
    byDefault: SERVER_NAME,
    meaning: 'DNS name that the certificate must have: <service>.<namespace>.svc',
  },
  { name: 'RULES_DIR', byDefault: 'none', meaning: 'folder of rule files beside the built-in ones; may be POLICY_DIR' },
  {
    name: 'POLICY_DIR',
    byDefault: 'none',
    meaning: 'folder with a file for each key below, and policy.yaml; changes are live',
  },
  { name: 'LOG_LEVEL', byDefault: 'info', meaning: LOG_LEVELS.join(', ') },
  { name: 'LOG_FORMAT', byDefault: 'json, or text on a terminal', meaning: LOG_FORMATS.join(', ') },
  {
    name: 'LOG_REVIEWS_PER_SECOND',
    byDefault: '100',
    meaning: 'lines about reviews from one address, in the long run; half a minute of them may come at once',
  },
  { name: 'DRAIN_SECONDS', byDefault: '15', meaning: 'how long requests are still answered after a SIGTERM' },
  { name: 'CLIENT_CA_FILE', byDefault: 'none', meaning: 'file of the CAs of the client certificate of the API server' },
  { name: 'CLIENT_NAMES', byDefault: 'any', meaning: 'common names that this certificate may have, separated by ,' },
  { name: 'CLIENT_TOKEN_FILE', byDefault: 'none', meaning: 'file of the bearer token of the API server' },
  {
    name: 'CLIENT_IDENTITY',
    byDefault: 'observe',
    meaning: 'what becomes of requests without either: observe (counted and logged), require (refused)',
  },
];

/** With mistakes, the settings serve to find those of all else: an invalid one has its default, a number is NaN. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly mistakes: readonly Mistake[];
}

/**
 * Reads the settings from the environment. Never throws.
 *
 * @param terminal whether the log goes to a person's terminal
 */
export function loadSettings(env: Environment, terminal: boolean): LoadedSettings {
  const mistakes: Mistake[] = [];
  const settings: Settings = {
    port: integer(env, 'PORT', 3000, MAX_PORT, mistakes),
    opsPort: integer(env, 'OPS_PORT', 8080, MAX_PORT, mistakes),
    certsDir: path(env, 'CERTS_DIR', 'folder', mistakes) ?? 'certs',
    serverName: dnsName(env, 'SERVER_NAME', SERVER_NAME, mistakes),
    rulesDir: path(env, 'RULES_DIR', 'folder', mistakes),
    policyDir: path(env, 'POLICY_DIR', 'folder', mistakes),
    logLevel: oneOf(env, 'LOG_LEVEL', LOG_LEVELS, 'info', mistakes),
    logFormat: oneOf(env, 'LOG_FORMAT', LOG_FORMATS, terminal ? 'text' : 'json', mistakes),
    logReviewsPerSecond: integer(env, 'LOG_REVIEWS_PER_SECOND', 100, MAX_LOG_REVIEWS, mistakes),
    drainSeconds: integer(env, 'DRAIN_SECONDS', 15, MAX_DRAIN_SECONDS, mistakes),
    client: client(env, mistakes),
  };
  if (settings.port === settings.opsPort && settings.port !== 0) mistakes.push(samePort(settings.port));
  return { settings, mistakes };
}

function client(env: Environment, mistakes: Mistake[]): ClientSettings | undefined {
  const settings = {
    caFile: path(env, 'CLIENT_CA_FILE', 'file', mistakes),
    names: names(env, 'CLIENT_NAMES', mistakes),
    tokenFile: path(env, 'CLIENT_TOKEN_FILE', 'file', mistakes),
    identity: oneOf(env, 'CLIENT_IDENTITY', CLIENT_IDENTITIES, 'observe', mistakes),
  };
  mistakes.push(
    ...aloneMistakes(env, 'CLIENT_NAMES', ['CLIENT_CA_FILE']),
    ...aloneMistakes(env, 'CLIENT_IDENTITY', ['CLIENT_CA_FILE', 'CLIENT_TOKEN_FILE']),
  );
  return settings.caFile === undefined && settings.tokenFile === undefined ? undefined : settings;
}

function integer(env: Environment, name: string, byDefault: number, max: number, mistakes: Mistake[]): number {
  const text = env[name];
  if (text === undefined) return byDefault;
  if (/^\d{1,5}$/.test(text) && Number(text) <= max) return Number(text);
  mistakes.push(
    mistake(name, `a whole number from 0 to ${max}`, text, `Set it to a number, or leave it out for ${byDefault}.`),
  );
  // NaN, so that no mistake follows from this one, such as two equal ports.
  return Number.NaN;
}

function path(env: Environment, name: string, to: 'file' | 'folder', mistakes: Mistake[]): string | undefined {
  const text = env[name];
  if (text === '') mistakes.push(mistake(name, `a path to a ${to}`, text, 'Set it to a path, or leave it out.'));
  return text === '' ? undefined : text;
}

function dnsName(env: Environment, name: string, byDefault: string, mistakes: Mistake[]): string {
  const text = env[name] ?? byDefault;
  if (text.length > 253 || isIP(text) !== 0 || !text.split('.').every((label) => DNS_LABEL.test(label)))
    mistakes.push(
      mistake(
        name,
        'a DNS name',
        text,
        `Set it to what the API server calls the gate, or leave it out for ${byDefault}.`,
      ),
    );
  return text;
}

function names(env: Environment, name: string, mistakes: Mistake[]): ReadonlySet<string> | undefined {
  const text = env[name];
  if (text === undefined) return undefined;
  const found = text.split(',').map((one) => one.trim());
  if (found.includes('')) {
    mistakes.push(mistake(name, 'names, separated by a comma', text, 'Name at least one, or leave it out for any.'));
  }
  return new Set(found);
}

/** A setting without effect unless another is set: most likely that one is misspelt, and no client would be checked. */
function aloneMistakes(env: Environment, name: string, others: readonly string[]): Mistake[] {
  const text = env[name];
  if (text === undefined || others.some((other) => env[other] !== undefined)) return [];
  return [mistake(name, `${others.join(' or ')} beside it`, text, 'Set that, too, or leave this one out.')];
}

function oneOf<T extends string>(
  env: Environment,
  name: string,
  values: readonly T[],
  byDefault: T,
  mistakes: Mistake[],
): T {
  const text = env[name];
  if (text === undefined) return byDefault;
  const value = values.find((known) => known === text);
  if (value === undefined) mistakes.push(mistake(name, `one of ${values.join(', ')}`, text, nearestName(text, values)));
  return value ?? byDefault;
}

function samePort(port: number): Mistake {
  return mistake('OPS_PORT', 'another port than PORT', String(port), 'Give each a port of its own.');
}

function mistake(name: string, expected: string, found: string, todo: string | Remedy): Mistake {
  const remedy = typeof todo === 'string' ? { remedy: todo } : todo;
  return { code: 'setting-invalid', source: { name }, expected, found: shown(found), ...remedy };
}
