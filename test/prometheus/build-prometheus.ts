import { builtTool } from '../go-build.ts';

/**
 * Builds Prometheus' rules and queries as a program (main.go beside this file tells what it reads and prints) into
 * `.cluster/bin/prometheus-rules`.
 * @returns its path, absolute; or undefined if there is no Go on the PATH, so that a test can skip itself, visibly.
 * @throws Error if there is Go, but the build fails.
 */
export const buildPrometheus = async (): Promise<string | undefined> => builtTool('prometheus', 'prometheus-rules');
