// A thread beside the one that runs rules: it lives on when they loop, and ends the process when its parent is gone. A
// gate that is killed could not do that any more, and its workers would run for ever.

const PERIOD_MS = 1000;
const parent = process.ppid;

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, PERIOD_MS);
