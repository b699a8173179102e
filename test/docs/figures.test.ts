import { MAX_PATCH_BYTES } from '../../src/admission/json-patch.ts';
import { UNREAD_BYTES } from '../../src/gate/request/send-json.ts';
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_PAGES } from '../../scripts/metering/meter-module.ts';
import { MAX_BYTES } from '../../src/admission/response.ts';
import { DAYS_AHEAD, MAX_LENGTH as MAX_WARNING_LENGTH, MAX_WARNINGS } from '../../src/admission/warnings.ts';
import { POLL_MS } from '../../src/cli/live-rules.ts';
import { MAX_FINDINGS, REQUEST_STEPS } from '../../src/engine/evaluate.ts';
import { MAX_PROFILES } from '../../src/engine/policy.ts';
import { PROVEN_FREE } from '../../src/gate/connections.ts';
import { BODY_LIMITS, isInPieces, MAX_BODY_BYTES, SMALL_BODY_BYTES } from '../../src/gate/request/body-limits.ts';
import { SLOW } from '../../src/gate/request/fair-budget.ts';
import { JUDGE_MS } from '../../src/gate/request/policy-route.ts';
import { NOTICE_MS } from '../../src/gate/secret/certificate.ts';
import { SERVER_LIMITS } from '../../src/gate/server.ts';
import { loadSettings } from '../../src/gate/settings.ts';
import { MAX_NAMESPACES } from '../../src/gate/telemetry/finding-metrics.ts';
import { BURST_SECONDS } from '../../src/gate/telemetry/request-log.ts';
import { policySchema } from '../../src/policy/policy-schema.ts';
import { POLLS_PER_RETRY } from '../../src/ruleset/live-ruleset.ts';
import { MAX_LENGTH as MAX_LIST_BYTES } from '../../src/rule/sentence-list.ts';
import { MAX_LENGTH as MAX_RANGE_LENGTH } from '../../src/rule/tags-or-range.ts';
import { LOAD_STEPS } from '../../src/sandbox/load-custom-rule.ts';
import { REMEMBERED_BYTES, REMEMBERED_LENGTH } from '../../src/sandbox/load-custom-rules.ts';
import { MAX_LENGTH as MAX_SOURCE_LENGTH } from '../../src/sandbox/rule-sources.ts';
import { CHECK_STEPS, MAX_LINES } from '../../src/sandbox/sandboxed-rule.ts';
import { MAX_ITEMS } from '../../src/workload/json-object.ts';
import { MANIFEST } from '../../src/manifest/manifest-items.ts';
import { limits as yamlLimits, STRICT_YAML } from '../../src/yaml/yaml-document.ts';
import { projectRoot } from '../project-root.ts';
import { readPage } from './tables.ts';

/** What the schema of policy.yaml bounds. */
interface PolicyPart {
  readonly maxLength: number;
  readonly items: { readonly properties: { readonly name: PolicyPart } };
}

const KIB = 1024;
const MIB = 1024 * KIB;
const DAY_MS = 86_400_000;

const figure = (value: number): string => value.toLocaleString('en');
const inMib = (bytes: number): string => `${figure(bytes / MIB)} MiB`;
const inSeconds = (ms: number): string => `${figure(ms / 1000)} s`;

const { small, large } = BODY_LIMITS;
const { headersTimeout, requestTimeout, closeTimeout, maxConnections, maxHeaderSize } = SERVER_LIMITS;
const [check, request, load] = [CHECK_STEPS, REQUEST_STEPS, LOAD_STEPS].map(figure);
const memory = inMib(MAX_PAGES * 64 * KIB);
const [yamlKib, ...yamlCounts] = yamlLimits(STRICT_YAML).match(/\d+/g)!.map(Number);
const [levels, aliases, values] = yamlCounts.map(figure);
const { contact, exemptions } = (policySchema([]) as { properties: Record<'contact' | 'exemptions', PolicyPart> })
  .properties;
const deployment = readFileSync(join(projectRoot, 'deploy', 'deployment.yaml'), 'utf8');
const certificates = readFileSync(join(projectRoot, 'deploy', 'certificates.sh'), 'utf8');
const inDeployment = (pattern: RegExp): string => pattern.exec(deployment)?.[1] ?? 'nothing';
const shortenedList = `A list of more than ${figure(MAX_LIST_BYTES)} bytes is cut in the sentence`;

/** What a page says of our own limits and times, made of what the code has. */
const STATED: Readonly<Record<string, readonly string[]>> = {
  'README.md': [],
  'SECURITY.md': [`A custom rule has ${check} steps a check, and all of them ${request} for one object`],
  'docs/operations.md': [
    `**Steps**: ${check} a check, an image by a rule, and ${request} for one object`,
    `to load a rule, ${load} for its file and for each set of options`,
    `a rule has ${memory} at most`,
    `is remembered, in ${inMib(REMEMBERED_BYTES)} for all of them`,
    `cannot be judged within ${inSeconds(JUDGE_MS)}`,
    `it used up its budget of ${check} steps`,
    `past the ${request} steps`,
    `${figure(MAX_LINES)} lines a check`,
    `one check of a custom rule has used, of ${check}`,
    `tries again every ${(POLL_MS * POLLS_PER_RETRY) / 1000} seconds`,
    `has the first ${MAX_NAMESPACES} namespaces`,
    `There may be ${/^readonly MAX_PROFILES=(\d+)$/m.exec(certificates)?.[1]}: kubectl`,
    `In the last ${DAYS_AHEAD} days of an exemption`,
    `have ${figure(loadSettings({}, false).settings.logReviewsPerSecond * BURST_SECONDS)} lines at once`,
    `What is written into one pod has at most ${inMib(MAX_PATCH_BYTES)}`,
    `Of patches that wait to be read there are ${inMib(UNREAD_BYTES)} at most`,
    `Head of a request within ${inSeconds(headersTimeout)}, the whole of it within ${inSeconds(requestTimeout)}`,
    `One has at most ${inMib(MAX_BODY_BYTES)}`,
    `Small ones (to ${SMALL_BODY_BYTES / KIB} KiB`,
    `room of their own, ${small.bytes / MIB} and ${inMib(large.bytes)} for what is being read`,
    `${figure(small.marks)} and ${figure(large.marks)} JSON values for what is being judged`,
    `A body with more than ${figure(large.marks)} values is refused`,
    `more than ${figure(MAX_ITEMS)} containers and volumes is denied`,
    `an object with more than ${figure(MAX_FINDINGS)} violations`,
    `**Connections.** At most ${figure(maxConnections)}`,
    `of the ${Number.parseInt(inDeployment(/ memory: (\d+)Gi$/m), 10)} GiB that deploy/ allows`,
    `Custom rules have [${request} steps]`,
    `A denial has at most ${figure(MAX_BYTES)} bytes`,
    `at most ${MAX_WARNINGS} warnings of ${MAX_WARNING_LENGTH} characters`,
    `a verdict count only beyond ${PROVEN_FREE}`,
    `less than ${inMib(SLOW * 1000)} a second`,
    `unproven or proven beyond ${PROVEN_FREE}`,
    `each hold ${PROVEN_FREE} connections`,
    `After ${inSeconds(closeTimeout)} it cuts what is left`,
    `deploy/ gives a pod ${inDeployment(/ terminationGracePeriodSeconds: (\d+)$/m)} s`,
    `${inDeployment(/ sleep:\n +seconds: (\d+)$/m)} s until it has left the Service`,
    `expires within ${NOTICE_MS / DAY_MS}`,
  ],
  'docs/errors.md': [
    `more than ${inMib(MANIFEST.maxLength)}, or more than ${MANIFEST.maxDepth} levels`,
    `of at most ${yamlKib} KiB, ${levels} levels, ${aliases} aliases and ${values} values`,
    `within ${load} steps and ${memory}`,
    `of at most ${figure(MAX_SOURCE_LENGTH)} characters`,
    `more than ${headersTimeout / 1000} seconds to arrive, or all of it more than ${requestTimeout / 1000}`,
    `The body has more than ${inMib(MAX_BODY_BYTES)}`,
    `more than ${figure(large.marks)} marks`,
    `The head of the request has more than ${maxHeaderSize / KIB} KiB`,
  ],
  'docs/policy.md': [
    `one document, of at most ${yamlKib} KiB`,
    `at most ${contact.maxLength} characters`,
    `there may be ${MAX_PROFILES} of them`,
    `at most ${exemptions.items.properties.name.maxLength} characters, used once`,
  ],
  'docs/writing-rules.md': [
    `A check may use ${check} steps of the engine and ${memory}, all checks of one object together ${request} steps`,
    `and each \`prepare\`, ${load}.`,
    `it used up its budget of ${check} steps`,
    `longer than ${figure(REMEMBERED_LENGTH)} characters`,
    `${figure(MAX_LINES)} lines a check`,
  ],
  'docs/rules/allowed-repositories.md': [shortenedList],
  'docs/rules/blocked-images.md': [shortenedList],
  'docs/rules/blocked-tags.md': [shortenedList],
  'docs/rules/registry-allowlist.md': [shortenedList],
  'docs/rules/tag-pattern.md': [shortenedList, `of at most ${MAX_RANGE_LENGTH} characters`],
};

/** Other figures with a unit: those of others, what was measured, and what has a test of its own beside its code. */
const OTHERS: readonly string[] = [
  'takes 3 MiB', // the API server
  'an annotation of at most 256 KiB', // the API server, of all annotations of an object
  'after 90 s', // the API server, of an idle connection
  'within 30 s', // a node that is shut down
  'An exemption ends within 14 days', // when to look
  'usually takes 2.4 MiB', // measured: bench/
  'of some 35 KiB each', // measured
  'took at most 306 MiB', // measured: docs/reliability.md
  '64 hex digits', // test/gate/secret/policy-token.test.ts
  'at least 32 letters', // test/gate/secret/client-secrets.test.ts
  '[100,000 containers]', // what a test tries
  'than 64 and one for each 256 bytes', // below
];

const FIGURE =
  /(?<![\w.:/-])\d[\d,.]* ?(?:ms|s|seconds?|minutes?|days?|[KMG]iB|bytes|steps|characters|letters|levels|aliases|values|lines|connections|warnings|hex digits)\b|(?<![\w.,:/-])\d{1,3}(?:,\d{3})+\b/g;

describe('the figures of the docs', () => {
  for (const [path, stated] of Object.entries(STATED)) {
    for (const words of stated) {
      it(`${path} says: ${words}`, () => expect(readPage(path)).to.include(words));
    }

    it(`${path} has no others that are ours`, () => {
      const prose = readPage(path).replaceAll(/^ *```[^]*?^ *```$/gm, '');
      const rest = [...stated, ...OTHERS].reduce((text, words) => text.replaceAll(words, ''), prose);
      expect(rest.match(FIGURE) ?? []).to.deep.equal([]);
    });
  }

  it('of others are still there', () => {
    const all = Object.keys(STATED).map(readPage).join('\n');
    expect(OTHERS.filter((words) => !all.includes(words))).to.deep.equal([]);
  });

  it('of bodies in pieces are those of the code', () => {
    expect([64, 65].map((pieces) => isInPieces(pieces, 0))).to.deep.equal([false, true]);
    expect([164, 165].map((pieces) => isInPieces(pieces, 100 * 256))).to.deep.equal([false, true]);
    expect(readPage('docs/errors.md')).to.include('more of them than 64 and one for each 256 bytes');
  });
});
