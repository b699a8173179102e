import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mock } from 'node:test';
import { pino } from 'pino';
import { allowed } from '../../src/admission/response.ts';
import { startGate } from '../../src/gate/gate.ts';
import { loadCertificate } from '../../src/gate/secret/certificate.ts';
import { loadClientSecrets } from '../../src/gate/secret/client-secrets.ts';
import { createMetrics } from '../../src/gate/telemetry/metrics.ts';
import { makeCertificate } from '../certificate.ts';
import { rulesetOf } from '../ruleset.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('startGate', () => {
  const folder = temporaryFolder();

  it('looks at the certificate, the policy token and what clients are known by every ten seconds', async () => {
    const { certificate, key } = await makeCertificate();
    const tokenFile = join(folder.path, 'token');
    await Promise.all([
      writeFile(join(folder.path, 'server.crt'), certificate),
      writeFile(join(folder.path, 'server.key'), key),
      writeFile(tokenFile, 't'.repeat(32)),
    ]);
    const place = { dir: folder.path, serverName: 'localhost' };
    const client = { caFile: undefined, names: undefined, tokenFile, identity: 'observe' } as const;
    const options = {
      settings: { port: 0, opsPort: 0, certsDir: place.dir, serverName: 'localhost', logReviewsPerSecond: 1, client },
      certificate: await loadCertificate(place, new Date()),
      policyToken: undefined,
      clientSecrets: await loadClientSecrets(client),
      rulesets: { current: () => rulesetOf(), problem: () => undefined },
      judgePolicy: async ({ uid }: { readonly uid: string }) => allowed(uid),
      metrics: createMetrics(),
      log: pino({ level: 'silent' }),
      draining: () => false,
    };
    const { mock: timers } = mock.method(globalThis, 'setTimeout');
    try {
      const gate = await startGate(options);
      await gate.close(AbortSignal.abort());
    } finally {
      timers.restore();
    }
    expect(timers.calls.filter(({ arguments: [, ms] }) => ms === 10_000)).to.have.lengthOf(3);
  });
});
