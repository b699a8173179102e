import { clusterAssets } from './build-assets.ts';

/** As `clusterAssets`, for a command line: what is missing is told without a stack trace, and ends the process with 1. */
export async function assetsOrExit(): Promise<string> {
  try {
    return await clusterAssets();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return process.exit(1);
  }
}
