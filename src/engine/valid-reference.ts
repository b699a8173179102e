/** The engine's own rule: a text that is no reference, or that container runtimes read differently. */
export const VALID_REFERENCE = 'valid-reference';
