import { fileURLToPath } from 'node:url';

/** In the built package: this file is build/src/cli/built-in-rules.js, and the rules are in build/rules. */
export const BUILT_IN_RULES = fileURLToPath(new URL('../../rules', import.meta.url));
