const NO_COMMON_JS = 'A rule is an ES module, also in a file that ends with .js: write `export default` and `import`.';
const NO_TIMERS = 'A rule answers at once, and has no timers.';
const NO_NETWORK = 'A rule reaches nothing outside: what it needs comes as options, or as JSON in a file beside it.';
const NO_BYTES = 'Work on the text itself: a rule has no bytes of the web or of Node.';
const NO_URL = 'Take the text apart: `image.registry` and `image.repository` are apart already.';

/** What a rule author may miss, and what to do without it. */
const LOST: Readonly<Record<string, string>> = {
  require: NO_COMMON_JS,
  module: NO_COMMON_JS,
  exports: NO_COMMON_JS,
  __dirname: NO_COMMON_JS,
  __filename: NO_COMMON_JS,
  setTimeout: NO_TIMERS,
  setInterval: NO_TIMERS,
  setImmediate: NO_TIMERS,
  fetch: NO_NETWORK,
  XMLHttpRequest: NO_NETWORK,
  WebSocket: NO_NETWORK,
  Buffer: NO_BYTES,
  TextEncoder: NO_BYTES,
  TextDecoder: NO_BYTES,
  atob: NO_BYTES,
  btoa: NO_BYTES,
  URL: NO_URL,
  URLSearchParams: NO_URL,
  process: 'A rule sees no process and no environment: let it take the value as an option.',
  Intl: 'Write the format by hand: a rule has no Intl.',
  structuredClone: 'Copy with `{ ...value }`, or `JSON.parse(JSON.stringify(value))`.',
  crypto: 'A rule has nothing that is random, and no hashes: the digest is in `image.digest`.',
  performance: 'A rule has no clock: the moment of the review is `context.now`.',
};

/** What to do about the error that a name is not defined, if it is one that Node or the web would have. */
export function lostRemedy(message: string): string | undefined {
  const [, name = ''] = /\b(\w+) is not defined\b/.exec(message) ?? [];
  return Object.hasOwn(LOST, name) ? LOST[name] : undefined;
}
