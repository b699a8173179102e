import { builtTool } from '../go-build.ts';

/**
 * Builds the oracle of the differential test of image references (main.go beside this file tells what it reads and
 * prints) into `.cluster/bin/reference-oracle`.
 * @returns its path, absolute; or undefined if there is no Go on the PATH, so that the test can skip itself, visibly.
 * @throws Error if there is Go, but the build fails.
 */
export const buildOracle = async (): Promise<string | undefined> => builtTool('oracle', 'reference-oracle');
