/** Entries that no tag could ever match. */
export const BAD_TAGS: readonly string[] = [
  '',
  ' latest',
  'latest ',
  'a b',
  '.x',
  '-x',
  'a:b',
  'a/b',
  'v1+2',
  'v?',
  'lat\u00e9st',
  't'.repeat(129),
];
