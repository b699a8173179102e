import { EventEmitter } from 'node:events';
import { mock } from 'node:test';
import { expect } from 'chai';
import type { Context } from 'koa';
import { MAX_BODY_BYTES, SMALL_BODY_BYTES } from '../../../src/gate/request/body-limits.ts';
import { createSendJson, UNREAD_BYTES } from '../../../src/gate/request/send-json.ts';

describe('createSendJson', () => {
  let events: unknown[];
  beforeEach(() => {
    events = [];
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => mock.timers.reset());

  const send = (status: number, { isAnswered = false, isGone = false, isSending = false } = {}) => {
    const req = Object.assign(new EventEmitter(), {
      socket: { destroyed: isGone },
      headers: { 'content-length': '9' },
      readableEnded: !isSending,
    });
    const res = {
      headersSent: isAnswered,
      writeHead: (code: number, { connection }: Readonly<Record<string, string>>) => events.push(code, connection),
      write: (json: string) => events.push(json),
      end: (json = 'end') => events.push(json),
    };
    const ctx = { req, res } as unknown as Context;
    createSendJson({ draining: () => false, onVerdict: () => events.push('verdict') })(ctx, status, '{}');
    expect(ctx.respond).to.equal(false);
    return req;
  };

  it('answers once, and nobody who is gone', () => {
    send(200, { isAnswered: true });
    send(200, { isGone: true });
    expect(events).to.deep.equal([]);
    send(200);
    expect(events).to.deep.equal(['verdict', 200, undefined, '{}']);
  });

  it('waits two seconds for the rest of a body that it refuses', () => {
    send(400, { isSending: true });
    mock.timers.tick(1999);
    expect(events).to.deep.equal([400, 'close', '{}']);
    mock.timers.tick(1);
    expect(events.slice(3)).to.deep.equal(['end']);
  });

  for (const [status, most] of [
    [400, SMALL_BODY_BYTES],
    [413, MAX_BODY_BYTES],
    [429, MAX_BODY_BYTES],
  ] as const) {
    it(`reads ${most} bytes of the rest under ${status}, in no pieces of a byte`, () => {
      const req = send(status, { isSending: true });
      req.emit('data', { length: most });
      expect(events.slice(3)).to.deep.equal([]);
      req.emit('data', { length: 1 });
      expect(events.slice(3)).to.deep.equal(['end']);
      const other = send(status, { isSending: true });
      for (let piece = 0; piece < 64; piece += 1) other.emit('data', { length: 1 });
      expect(events.slice(7)).to.deep.equal([]);
      other.emit('data', { length: 1 });
      expect(events.slice(7)).to.deep.equal(['end']);
    });
  }

  it('holds no more of large answers than fits, and cuts off who does not read them', () => {
    const sendJson = createSendJson({ draining: () => false, onVerdict: () => undefined });
    const sent: { readonly res: EventEmitter; readonly socket: { destroyed: boolean } }[] = [];
    const answer = (bytes: number): void => {
      const socket = { destroyed: false, remoteAddress: '10.0.0.1', destroy: () => (socket.destroyed = true) };
      const req = Object.assign(new EventEmitter(), { socket, headers: {}, readableEnded: true });
      const res = Object.assign(new EventEmitter(), { headersSent: false, writeHead: () => res, end: () => res });
      sendJson({ req, res } as unknown as Context, 200, 'x'.repeat(bytes));
      sent.push({ res, socket });
    };
    const cut = (): number => sent.filter(({ socket }) => socket.destroyed).length;
    const large = UNREAD_BYTES / 8;
    for (let count = 0; count < 8; count += 1) answer(large);
    for (let count = 0; count < 100; count += 1) answer(SMALL_BODY_BYTES);
    expect(cut()).to.equal(0);
    answer(large);
    expect(cut()).to.equal(1);
    for (const { res } of sent) res.emit('close');
    for (let count = 0; count < 8; count += 1) answer(large);
    expect(cut()).to.equal(1);
  });

  for (const event of ['end', 'close']) {
    it(`is done at the ${event} of the body`, () => {
      send(400, { isSending: true }).emit(event);
      expect(events.slice(3)).to.deep.equal(['end']);
      mock.timers.tick(2000);
      expect(events.slice(3)).to.deep.equal(['end']);
    });
  }
});
