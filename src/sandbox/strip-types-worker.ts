import { parentPort, workerData } from 'node:worker_threads';
import { stripText } from './strip-text.ts';

for (const text of workerData as readonly string[]) {
  const { source, isBroken } = stripText(text);
  parentPort!.postMessage(source); // oxlint-disable-line unicorn/require-post-message-target-origin -- no window
  if (isBroken) break;
}
