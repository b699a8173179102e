import type { IncomingMessage } from 'node:http';
import type { Refusal } from './refusal.ts';

/** Refuses a body while it is read. The body parser listens too: an error of the stream is what makes it stop. */
export function refuseBody(req: IncomingMessage, refusal: Refusal): void {
  req.emit('error', refusal);
}
