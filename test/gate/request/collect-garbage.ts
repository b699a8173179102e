import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded ahead of the gate by a test of its memory: what is left after a whole collection is what is held.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
process.on('SIGUSR2', () => collect());
