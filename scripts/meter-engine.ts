import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { meterModule } from './metering/meter-module.ts';

// A step of the build: the engine for custom rules, with counters in it.

const original = fileURLToPath(import.meta.resolve('quickjs-wasi/quickjs.wasm'));
writeFileSync(new URL('../src/sandbox/engine.wasm', import.meta.url), meterModule(readFileSync(original)).bytes);
