import { expect } from 'chai';
import type { Context } from 'koa';
import { Refusal } from '../../../src/gate/request/refusal.ts';
import { createRequestCheck } from '../../../src/gate/request/request-check.ts';

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

  it('lets through bodies of 32 MiB, and no larger ones', async () => {
    expect(await outcome(33_554_432)).to.equal('read');
    expect(await outcome(33_554_433)).to.equal('The body is larger than 33554432 bytes.');
  });
});
