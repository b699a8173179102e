import { join } from 'node:path';

/** The project's root, absolute. This file runs as build/test/project-root.js. */
export const projectRoot = join(import.meta.dirname, '..', '..');
