import type { AdmissionRequest } from '../../../src/admission/admission-review.ts';
import { MAX_BODY_BYTES, BODY_LIMITS } from '../../../src/gate/request/body-limits.ts';
import type { RefusalCode } from '../../../src/gate/request/refusal.ts';
import { admissionReview, podCreate } from '../../admission-request.ts';
import type { Random } from '../../random.ts';
import type { Sent } from '../client.ts';

/** A request that must not be judged. */
export interface BadRequest {
  readonly what: string;
  readonly sent: Sent;
  /** How it is sent: whole, only its head, or broken off in mid-body. */
  readonly send: 'whole' | 'head' | 'broken-off';
  /** The code of the refusal; nobody is there to read it when it is broken off. */
  readonly code: RefusalCode | undefined;
}

type Maker = (random: Random) => BadRequest;

const review = (): Record<string, unknown> & { request: Record<string, unknown> } => {
  const request: AdmissionRequest = podCreate({ web: 'docker.io/acme/web:1', side: 'gcr.io/acme/side:2' });
  return structuredClone(admissionReview(request)) as never;
};
const VALID = JSON.stringify(review());

const whole = (what: string, body: NonNullable<Sent['body']>, code: RefusalCode): BadRequest => ({
  what,
  sent: { body },
  send: 'whole',
  code,
});

/** What is no value of the type that a field must have. */
const NOT = {
  string: [null, 7, true, [], {}],
  object: [null, 7, 'x', true, []],
  objectOrNull: [7, 'x', true, []],
} as const;

/** Fields that every review must have, or that must be right if they are there: a path, and what is wrong there. */
const FIELDS: readonly { path: readonly string[]; wrong: readonly unknown[]; required: boolean }[] = [
  { path: ['apiVersion'], wrong: [...NOT.string, '', 'v1', 'admission.k8s.io/v2'], required: true },
  { path: ['kind'], wrong: [...NOT.string, '', 'Pod', 'admissionReview'], required: true },
  { path: ['request'], wrong: [...NOT.object, {}], required: true },
  { path: ['request', 'uid'], wrong: [...NOT.string, '', 'x'.repeat(300)], required: true },
  { path: ['request', 'kind'], wrong: [...NOT.object, {}], required: true },
  { path: ['request', 'kind', 'kind'], wrong: [...NOT.string, ''], required: true },
  { path: ['request', 'kind', 'group'], wrong: NOT.string, required: true },
  { path: ['request', 'operation'], wrong: [...NOT.string, 'create', 'PATCH'], required: true },
  { path: ['request', 'object'], wrong: NOT.objectOrNull, required: false },
  { path: ['request', 'oldObject'], wrong: NOT.objectOrNull, required: false },
  { path: ['request', 'namespace'], wrong: NOT.string, required: false },
  { path: ['request', 'dryRun'], wrong: ['true', 1, [], {}], required: false },
  { path: ['request', 'userInfo'], wrong: [7, 'x', []], required: false },
];

const mistyped: Maker = (random) => {
  const { path, wrong, required } = random.pick(FIELDS);
  const body = review();
  const last = path.at(-1)!;
  const parent = path.slice(0, -1).reduce<Record<string, unknown>>((at, key) => at[key] as never, body);
  if (required && random.chance(0.3)) {
    delete parent[last];
    return whole(`without ${path.join('.')}`, JSON.stringify(body), 'review-invalid');
  }
  const value = random.pick(wrong);
  parent[last] = value;
  return whole(`${path.join('.')} is ${JSON.stringify(value)}`, JSON.stringify(body), 'review-invalid');
};

const truncated: Maker = (random) => {
  const length = random.below(VALID.length);
  return whole(`the first ${length} bytes`, VALID.slice(0, length), length === 0 ? 'body-empty' : 'json-invalid');
};

/** JSON with bytes put in, taken out or changed, until it is none. */
const broken: Maker = (random) => {
  let text = VALID;
  do {
    const at = random.below(text.length);
    const put = random.chance(0.7)
      ? random.pick(['{', '}', '[', ']', '"', ',', ':', '\\', '\0', '\n', 'é', '1', '-'])
      : '';
    text = text.slice(0, at) + put + text.slice(at + random.below(3));
  } while (isObject(text));
  return whole('broken JSON', text, text === '' ? 'body-empty' : 'json-invalid');
};

const noise: Maker = (random) => {
  const bytes = Buffer.from(Array.from({ length: 1 + random.below(2000) }, () => random.below(256)));
  return whole('random bytes', bytes, isObject(bytes.toString()) ? 'review-invalid' : 'json-invalid');
};

const scalar: Maker = (random) => {
  const body = random.pick(['null', 'true', '0', '-1e999', '"x"', '  7  ', ' ', '\n', 'NaN', 'undefined', '\ufeff7']);
  return whole(`the scalar ${body}`, body, 'json-invalid');
};

const deep: Maker = (random) => {
  const depth = 1000 + random.below(200_000);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  const nest = open.repeat(depth) + (random.chance(0.5) ? `1${close.repeat(depth)}` : '');
  const body = random.pick([nest, `{"request":${nest}}`, VALID.replace('"default"', nest)]);
  return whole(`a depth of ${depth}`, body, isObject(body) ? 'review-invalid' : 'json-invalid');
};

const large: Maker = (random) => {
  const text = random.pick(['x', '\\u003c', 'é', '語']).repeat(20_000 + random.below(200_000));
  return whole('a large list', `["${text}"]`, 'review-invalid');
};

const wrongHead: Maker = (random) =>
  random.pick<() => BadRequest>([
    () => ({
      ...whole('a wrong path', VALID, 'path-unknown'),
      sent: {
        body: VALID,
        path: random.pick(['/x', '/validate/', '//', '/VALIDATE', '/?/../', '/metrics'].slice(0, 4)),
      },
    }),
    () => ({
      what: 'a wrong method',
      sent: { method: random.pick(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) },
      send: 'whole',
      code: 'method-not-allowed',
    }),
    () => ({
      what: 'a wrong type',
      sent: {
        body: VALID,
        headers: {
          'content-type': random.pick([
            'text/json',
            'application/x-www-form-urlencoded',
            'application/vnd.api+json',
            'application/jsonp',
            '*/*',
            'x',
            undefined,
          ]),
        },
      },
      send: 'whole',
      code: 'content-type-unsupported',
    }),
    () => ({
      what: 'an encoding',
      sent: { body: VALID, headers: { 'content-encoding': random.pick(['gzip', 'br', 'deflate', 'identity', 'x']) } },
      send: 'whole',
      code: 'content-encoding-unsupported',
    }),
    () => ({
      what: 'no body',
      sent: random.pick<Sent>([{}, { body: '' }, { body: [], headers: { 'transfer-encoding': 'chunked' } }]),
      send: 'whole',
      code: 'body-empty',
    }),
  ])();

const announced: Maker = (random) => ({
  what: 'a length of more than there may be',
  sent: { headers: { 'content-length': String(MAX_BODY_BYTES + 1 + random.below(2 ** 40)) } },
  send: 'head',
  code: 'body-too-large',
});

const brokenOff: Maker = (random) => {
  const headers = random.pick([{ 'content-length': String(VALID.length) }, { 'transfer-encoding': 'chunked' }]);
  const body = VALID.slice(0, 1 + random.below(VALID.length - 1));
  return { what: 'a body that breaks off', sent: { body, headers }, send: 'broken-off', code: undefined };
};

const chunkedTooLarge: Maker = () => {
  const chunk = Buffer.alloc(1024 * 1024, ' ');
  return whole(
    'chunks of 33 MiB',
    Array.from({ length: 33 }, () => chunk),
    'body-too-large',
  );
};

const tooComplex: Maker = (random) => {
  const [open, close] = random.pick([
    ['[', '],'],
    ['{', '},'],
    ['{"a":', '1},'],
  ] as const);
  return whole('too many values', `[${(open + close).repeat(BODY_LIMITS.large.marks)}1]`, 'body-too-complex');
};

/** Few bytes, and a mistake in each. */
const wrongGroups: Maker = (random) => {
  const groups = `[${'7,'.repeat(500_000 + random.below(500_000))}7]`;
  return whole('numbers as groups', VALID.replace(/"groups":\[[^\]]*\]/, `"groups":${groups}`), 'review-invalid');
};

/** How many of 1,000 requests each of these is. */
const MAKERS: readonly (readonly [Maker, number])[] = [
  [mistyped, 250],
  [truncated, 150],
  [broken, 200],
  [noise, 80],
  [scalar, 60],
  [deep, 60],
  [large, 40],
  [wrongHead, 100],
  [announced, 20],
  [brokenOff, 35],
  [chunkedTooLarge, 2],
  [tooComplex, 2],
  [wrongGroups, 1],
];
const WEIGHED = MAKERS.flatMap(([maker, weight]) => Array.from({ length: weight }, () => maker));

/** One request of any kind that must be refused. */
export function badRequest(random: Random): BadRequest {
  return random.pick(WEIGHED)(random);
}

/** Whether a text is JSON of an object or a list, as the standard parser sees it. */
function isObject(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object' && JSON.parse(text) !== null;
  } catch {
    return false;
  }
}
