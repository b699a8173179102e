// The gate's server in a process of its own, with the keep-alive timeout of the first argument, in milliseconds. It prints
// what a client needs, and ends with its standard input.
import { text } from 'node:stream/consumers';
import { startTestGate } from '../../gate/test-gate.ts';

const { port, ca } = await startTestGate({ limits: { keepAliveTimeout: Number(process.argv[2]) } });
console.log(JSON.stringify({ port, ca }));
await text(process.stdin);
process.exit(0);
