import { expect } from 'chai';
import { loadSettings, SETTINGS, type Environment } from '../../src/gate/settings.ts';
import { mistakeText, shown } from '../../src/mistake/mistake.ts';
import { at } from '../mistakes.ts';

const DEFAULTS = {
  port: 3000,
  opsPort: 8080,
  certsDir: 'certs',
  serverName: 'imagegate-webhook.imagegate.svc',
  rulesDir: undefined,
  policyDir: undefined,
  logLevel: 'info',
  logFormat: 'json',
  logReviewsPerSecond: 100,
  drainSeconds: 15,
  client: undefined,
};
const CLIENT = { caFile: undefined, names: undefined, tokenFile: undefined, identity: 'observe' };

function mistakes(env: Environment): readonly string[] {
  return loadSettings(env, false).mistakes.map(mistakeText);
}

describe('loadSettings', () => {
  it('has a default for each', () => {
    expect(loadSettings({}, false)).to.deep.equal({ settings: DEFAULTS, mistakes: [] });
    expect(loadSettings({}, true).settings).to.deep.equal({ ...DEFAULTS, logFormat: 'text' });
  });

  for (const [env, settings] of [
    [{ PORT: '443' }, { port: 443 }],
    [
      { PORT: '65535', OPS_PORT: '1' },
      { port: 65_535, opsPort: 1 },
    ],
    [
      { PORT: '0', OPS_PORT: '0' },
      { port: 0, opsPort: 0 },
    ],
    [{ CERTS_DIR: '/etc/certs' }, { certsDir: '/etc/certs' }],
    [{ SERVER_NAME: 'Gate-2.x.svc' }, { serverName: 'Gate-2.x.svc' }],
    ...['localhost', `${'a'.repeat(63)}.b`, 'a.'.repeat(126) + 'a'].map((name) => [
      { SERVER_NAME: name },
      { serverName: name },
    ]),
    [{ RULES_DIR: 'rules.d' }, { rulesDir: 'rules.d' }],
    [{ POLICY_DIR: '/etc/imagegate/policy' }, { policyDir: '/etc/imagegate/policy' }],
    ...['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => [
      { LOG_LEVEL: level },
      { logLevel: level },
    ]),
    [{ LOG_FORMAT: 'text' }, { logFormat: 'text' }],
    [{ LOG_FORMAT: 'json' }, { logFormat: 'json' }],
    [{ LOG_REVIEWS_PER_SECOND: '0' }, { logReviewsPerSecond: 0 }],
    [{ LOG_REVIEWS_PER_SECOND: '99999' }, { logReviewsPerSecond: 99_999 }],
    [{ DRAIN_SECONDS: '0' }, { drainSeconds: 0 }],
    [{ DRAIN_SECONDS: '600' }, { drainSeconds: 600 }],
    [{ CLIENT_CA_FILE: 'ca' }, { client: { ...CLIENT, caFile: 'ca' } }],
    [{ CLIENT_TOKEN_FILE: 't' }, { client: { ...CLIENT, tokenFile: 't' } }],
    [
      { CLIENT_CA_FILE: 'ca', CLIENT_TOKEN_FILE: 't', CLIENT_NAMES: 'a, system:b', CLIENT_IDENTITY: 'require' },
      { client: { caFile: 'ca', tokenFile: 't', names: new Set(['a', 'system:b']), identity: 'require' } },
    ],
    [{ HOME: '/root', PORTS: 'many' }, {}],
  ] as const) {
    it(`takes ${JSON.stringify(env)}`, () => {
      expect(loadSettings(env, false).settings).to.deep.equal({ ...DEFAULTS, ...settings });
    });
  }

  it('takes the format that is asked for, on a terminal too', () => {
    expect(loadSettings({ LOG_FORMAT: 'json' }, true).settings.logFormat).to.equal('json');
  });

  const number = (name: string, max: number, found: string, byDefault: number): string =>
    `${name}: expected a whole number from 0 to ${max}, found ${JSON.stringify(found)}. Set it to a number, or leave it out for ${byDefault}. [setting-invalid]`;
  const folder = (name: string, to = 'folder'): string =>
    `${name}: expected a path to a ${to}, found "". Set it to a path, or leave it out. [setting-invalid]`;
  const names = (found: string): string =>
    `CLIENT_NAMES: expected names, separated by a comma, found "${found}". Name at least one, or leave it out for any. [setting-invalid]`;
  const alone = (name: string, others: string, found: string): string =>
    `${name}: expected ${others} beside it, found "${found}". Set that, too, or leave this one out. [setting-invalid]`;
  const serverName = (found: string): string =>
    mistakeText({
      code: 'setting-invalid',
      ...at('SERVER_NAME'),
      expected: 'a DNS name',
      found: shown(found),
      remedy: 'Set it to what the API server calls the gate, or leave it out for imagegate-webhook.imagegate.svc.',
    });
  const levels = 'LOG_LEVEL: expected one of fatal, error, warn, info, debug, trace, silent';

  for (const [env, ...expected] of [
    ...['', ' 3000', '3000 ', '0x10', '1e3', '-1', '1.5', '65536', '100000', 'http', '３０００'].map((port) => [
      { PORT: port },
      number('PORT', 65_535, port, 3000),
    ]),
    [{ OPS_PORT: 'x' }, number('OPS_PORT', 65_535, 'x', 8080)],
    [{ LOG_REVIEWS_PER_SECOND: 'x' }, number('LOG_REVIEWS_PER_SECOND', 99_999, 'x', 100)],
    [{ DRAIN_SECONDS: '601' }, number('DRAIN_SECONDS', 600, '601', 15)],
    [{ DRAIN_SECONDS: '15s' }, number('DRAIN_SECONDS', 600, '15s', 15)],
    [{ CERTS_DIR: '' }, folder('CERTS_DIR')],
    [{ RULES_DIR: '' }, folder('RULES_DIR')],
    [{ POLICY_DIR: '' }, folder('POLICY_DIR')],
    ...[
      '',
      '.',
      'a..b',
      'a.',
      '-a.b',
      'a_b',
      'https://a.b',
      'a:443',
      '*.svc',
      '127.0.0.1',
      '::1',
      `${'a'.repeat(64)}.b`,
      'a.'.repeat(126) + 'ab',
      'ä.b',
    ].map((name) => [{ SERVER_NAME: name }, serverName(name)]),
    [{ CLIENT_CA_FILE: '' }, folder('CLIENT_CA_FILE', 'file')],
    [{ CLIENT_TOKEN_FILE: '' }, folder('CLIENT_TOKEN_FILE', 'file')],
    [{ CLIENT_CA_FILE: 'ca', CLIENT_NAMES: '' }, names('')],
    [{ CLIENT_CA_FILE: 'ca', CLIENT_NAMES: 'a,,b' }, names('a,,b')],
    [{ CLIENT_TOKEN_FILE: 't', CLIENT_NAMES: 'a' }, alone('CLIENT_NAMES', 'CLIENT_CA_FILE', 'a')],
    [{ CLIENT_IDENTITY: 'require' }, alone('CLIENT_IDENTITY', 'CLIENT_CA_FILE or CLIENT_TOKEN_FILE', 'require')],
    [
      { CLIENT_CA_FILE: 'ca', CLIENT_IDENTITY: 'required' },
      'CLIENT_IDENTITY: expected one of observe, require, found "required". Did you mean require? [setting-invalid]',
    ],
    [{ LOG_LEVEL: 'INFO' }, `${levels}, found "INFO". Did you mean info? [setting-invalid]`],
    [
      { LOG_LEVEL: '' },
      `${levels}, found "". Known: fatal, error, warn, info, debug, trace, silent. [setting-invalid]`,
    ],
    [
      { LOG_LEVEL: 'toString' },
      `${levels}, found "toString". Known: fatal, error, warn, info, debug, trace, silent. [setting-invalid]`,
    ],
    [
      { LOG_FORMAT: 'jsn' },
      'LOG_FORMAT: expected one of json, text, found "jsn". Did you mean json? [setting-invalid]',
    ],
    [
      { PORT: '8080' },
      'OPS_PORT: expected another port than PORT, found "8080". Give each a port of its own. [setting-invalid]',
    ],
    [
      { PORT: 'x', OPS_PORT: 'x', LOG_FORMAT: 'xml', CERTS_DIR: '' },
      number('PORT', 65_535, 'x', 3000),
      number('OPS_PORT', 65_535, 'x', 8080),
      folder('CERTS_DIR'),
      'LOG_FORMAT: expected one of json, text, found "xml". Known: json, text. [setting-invalid]',
    ],
  ] as const) {
    it(`refuses ${JSON.stringify(env)}`, () => {
      expect(mistakes(env as Environment)).to.deep.equal(expected);
    });
  }

  it('explains each', () => {
    expect(SETTINGS.map(({ name }) => name)).to.deep.equal([
      'PORT',
      'OPS_PORT',
      'CERTS_DIR',
      'SERVER_NAME',
      'RULES_DIR',
      'POLICY_DIR',
      'LOG_LEVEL',
      'LOG_FORMAT',
      'LOG_REVIEWS_PER_SECOND',
      'DRAIN_SECONDS',
      'CLIENT_CA_FILE',
      'CLIENT_NAMES',
      'CLIENT_TOKEN_FILE',
      'CLIENT_IDENTITY',
    ]);
  });
});
