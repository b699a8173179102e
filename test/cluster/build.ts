// `npm run cluster:build`: builds the programs of the end-to-end tests ahead of them, and prints where they are.
import { clusterAssets } from './build-assets.ts';

try {
  console.log(await clusterAssets());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
