// `npm run cluster:build`: builds the programs of the end-to-end tests ahead of them, and prints where they are.
import { buildHelm } from '../helm/build-helm.ts';
import { assetsOrExit } from './assets-or-exit.ts';

console.log(await assetsOrExit());
await buildHelm();
