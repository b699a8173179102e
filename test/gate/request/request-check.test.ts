import { expect } from 'chai';
import type { Context } from 'koa';
import { Refusal } from '../../../src/gate/request/refusal.ts';
import { createRequestCheck } from '../../../src/gate/request/request-check.ts';
import type { RequestState } from '../../../src/gate/request/request-state.ts';

describe('createRequestCheck', () => {
  const check = createRequestCheck(() => undefined);
  /** What becomes of a request that announces so many bytes. */
  const outcome = async (bytes: number): Promise<unknown> => {
    const headers = { 'content-type': 'application/json', 'content-length': String(bytes) };
    const ctx = { req: { url: '/validate', method: 'POST', headers }, state: {} } as unknown as Context;
    try {
      return await check(ctx, async () => 'read');
    } catch (error) {
      return error instanceof Refusal ? error.message : error;
    }
  };

  const profiles: Readonly<Record<string, string | undefined>> = {
    '/validate': undefined,
    '/': undefined,
    '/validate/prod?timeout=5s': 'prod',
    '/validate/unknown': 'unknown',
    '/validate/1': '1',
    [`/validate/a-${'b'.repeat(61)}`]: `a-${'b'.repeat(61)}`,
    '/mutate': undefined,
    '/mutate?timeout=5s': undefined,
    '/mutate/prod?timeout=5s': 'prod',
    '/mutate/mutate': 'mutate',
  };
  for (const [url, profile] of Object.entries(profiles)) {
    it(`takes the profile from the path: ${url}`, async () => {
      const state: RequestState = {};
      const headers = { 'content-type': 'application/json', 'content-length': '1' };
      await check({ req: { url, method: 'POST', headers }, state } as unknown as Context, async () => {});
      expect(state.profile).to.equal(profile);
      expect(state.isMutation === true).to.equal(url.startsWith('/mutate'));
    });
  }

  for (const path of ['', 'Prod', '-a', 'a-', 'a/b', 'a.b', 'a%62', 'a_b', 'a\n', 'pr\u00F6d', '..', 'a'.repeat(64)]) {
    it(`knows no path with a profile that is none: ${JSON.stringify(path)}`, () => {
      for (const base of ['/validate', '/mutate', '/mutated']) {
        const ctx = { req: { url: `${base}/${path}`, method: 'POST', headers: {} }, state: {} } as unknown as Context;
        expect(() => check(ctx, async () => {}))
          .to.throw(Refusal)
          .with.property('code', 'path-unknown');
      }
    });
  }

  it('lets through bodies of 32 MiB, and no larger ones', async () => {
    expect(await outcome(33_554_432)).to.equal('read');
    expect(await outcome(33_554_433)).to.equal('The body is larger than 33554432 bytes.');
  });
});
