import type { IncomingMessage } from 'node:http';

/** Whether a body comes with a request, by its head. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}
