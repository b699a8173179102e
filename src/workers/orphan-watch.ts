import { workerData } from 'node:worker_threads';

// A thread beside the one that runs rules: it lives on when they loop, and ends the process when its parent is gone. A
// gate that is killed could not do that any more, and its workers would run for ever.

const PERIOD_MS = 1000;
/** As its parent said: it may be gone before this thread begins. */
const parent = workerData as number;

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, PERIOD_MS);
