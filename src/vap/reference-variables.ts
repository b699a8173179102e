import { DOCKER_HUB, DOCKER_HUB_HOSTS, OFFICIAL } from '../image/docker-hub.ts';
import { MAX_REFERENCE_LENGTH } from '../image/reference.ts';
import { listOf, quoted } from './cel.ts';

/** A variable of a ValidatingAdmissionPolicy. */
export interface Variable {
  readonly name: string;
  readonly expression: string;
}

// The productions of src/image/reference.ts, each over its part alone.
const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[a-f0-9:]+\\])(?::[0-9]+)?`;
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = '@(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})';
const IMAGE_ID = '(?:[a-f0-9]{64}|sha(?:256|384|512):[a-fA-F0-9]+)';

/** The longest repository: `MAX_REPOSITORY_LENGTH` of src/image/reference.ts. */
const MAX_REPOSITORY = 255;

/** As much as the gate's sentences have. */
const MAX_SHOWN = 256;

const HUB_HOSTS = ['', ...DOCKER_HUB_HOSTS];
const hub = `${quoted(`${DOCKER_HUB}/`)} + i.official`;

const VALID = [
  `i.image.size() <= ${MAX_REFERENCE_LENGTH}`,
  `(i.registry == "" || i.registry.matches(r'^${HOST}$'))`,
  `i.repository.matches(r'^${COMPONENT}(?:/${COMPONENT})*$')`,
  `(i.registry in ${listOf(HUB_HOSTS.slice(0, 3))} ? i.official : i.repository).size() <= ${MAX_REPOSITORY}`,
  `(i.tag == "" ? !i.named.endsWith(":") : i.tag.matches(r'^${TAG}$'))`,
  `(i.digest == "" || i.digest.matches(r'^${DIGEST}$'))`,
  `!i.image.matches(r'^${IMAGE_ID}$')`,
];

/**
 * What is read of an image, step by step: each sees what the steps before it read. `allow`, `exempt` and `deny` are the name
 * as `imagePatterns` compares it for that purpose. No step fails, whatever the text is.
 */
const STEPS: readonly Readonly<Record<string, string>>[] = [
  {
    digest: 'i.image.contains("@") ? i.image.substring(i.image.indexOf("@")) : ""',
    named: 'i.image.split("@")[0]',
  },
  {
    name: 'i.named.matches(r\':[^/]*$\') ? i.named.substring(0, i.named.lastIndexOf(":")) : i.named',
    tag: 'i.named.matches(r\':[^/]*$\') ? i.named.substring(i.named.lastIndexOf(":") + 1) : ""',
  },
  { registry: 'i.name.matches(r\'^(?:localhost|[^/]*[.:][^/]*)/\') ? i.name.split("/")[0] : ""' },
  {
    repository: 'i.registry == "" ? i.name : i.name.substring(i.registry.size() + 1)',
    host: 'i.registry.matches(r\':0*443$\') ? i.registry.substring(0, i.registry.lastIndexOf(":")) : i.registry',
  },
  { official: `i.repository.contains("/") ? i.repository : ${quoted(OFFICIAL)} + i.repository` },
  {
    allow: `i.registry in ${listOf(HUB_HOSTS.slice(0, 3))} ? ${hub} : i.registry + "/" + i.repository`,
    exempt: `i.host in ${listOf(HUB_HOSTS)} ? ${hub} : i.registry + "/" + i.repository`,
    deny: `i.host in ${listOf(HUB_HOSTS)} ? ${hub} : i.host + "/" + i.repository`,
    narrowTag: '" " + (i.tag == "" ? "" : ":" + i.tag) + " "',
    wideTag: '" " + (i.tag != "" ? ":" + i.tag : i.digest == "" ? ":latest" : "") + " "',
    // Controls could forge a line of a message.
    shown: `!i.image.matches(r'^[ -~]*$') ? "not ASCII" : i.image.size() > ${MAX_SHOWN} ? i.image.substring(0, ${MAX_SHOWN}) + "..." : i.image`,
    valid: `${VALID.join(' && ')} ? "yes" : ""`,
  },
];

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'];

/** The images of an object in the order of a message. */
function imagesOf(spec: string): string {
  const containers = LISTS.map(
    (list) => `${spec}.?${list}.orValue([])${imagesIn(list, 'i.?image', 'i.?imagePullPolicy')}`,
  );
  const volumes = imagesIn('volumes', 'i.image.?reference', 'i.image.?pullPolicy');
  return [...containers, `${spec}.?volumes.orValue([]).filter(i, has(i.image))${volumes}`].join(' +\n');
}

/** All parts are strings, as CEL wants maps of one type. */
function imagesIn(list: string, image: string, pullPolicy: string): string {
  const [container, written] = ['string(i.name)', `string(${image}.orValue(""))`];
  const fields = {
    list: quoted(list),
    container,
    image: written,
    pullPolicy: `string(${pullPolicy}.orValue(""))`,
    key: `${quoted(`${list} `)} + ${container} + " " + ${written}`,
  };
  return `.map(i, ${mapText(Object.entries(fields))})`;
}

function mapText(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, value]) => `${quoted(key)}: ${value}`).join(', ')}}`;
}

function podSpecOf(object: string): string {
  return [
    `request.kind.kind == "Pod" ? ${object}.spec`,
    `request.kind.kind == "PodTemplate" ? ${object}.template.spec`,
    `request.kind.kind == "CronJob" ? ${object}.spec.jobTemplate.spec.template.spec`,
    // A ReplicationController may have none.
    `${object}.spec.?template.?spec.orValue({})`,
  ].join(' :\n');
}

/** A variable for each step, since each has a budget of its own. */
function stepVariables(): readonly Variable[] {
  let fields = ['list', 'container', 'image', 'pullPolicy'];
  return STEPS.map((step, index) => {
    const parts = [...fields.map((field) => [field, `i.${field}`] as const), ...Object.entries(step)];
    fields = parts.map(([field]) => field);
    const name = index + 1 === STEPS.length ? 'judged' : `parts${index + 1}`;
    return { name, expression: `variables.${index === 0 ? 'changed' : `parts${index}`}.map(i, ${mapText(parts)})` };
  });
}

/**
 * Of the object under review: `judged` are its images that are new or changed, as `imagesToJudge` finds them, each with its
 * parts; `references` those that are valid.
 */
export const REFERENCE_VARIABLES: readonly Variable[] = [
  { name: 'spec', expression: podSpecOf('dyn(object)') },
  { name: 'images', expression: imagesOf('variables.spec') },
  { name: 'oldSpec', expression: `request.operation != "UPDATE" ? dyn({}) :\n${podSpecOf('dyn(oldObject)')}` },
  { name: 'oldKeys', expression: `(${imagesOf('variables.oldSpec')}).map(i, i.key)` },
  {
    name: 'changed',
    expression:
      'variables.images.map(i, i.key) == variables.oldKeys ? [] :\nvariables.images.filter(i, !(i.key in variables.oldKeys))',
  },
  ...stepVariables(),
  { name: 'references', expression: 'variables.judged.filter(i, i.valid != "")' },
];

/** Of the API server's own pods on a node, which nobody can refuse. */
export const NO_MIRROR_POD = [
  'request.kind.kind != "Pod"',
  '!request.userInfo.username.startsWith("system:node:")',
  '!("system:nodes" in request.userInfo.?groups.orValue([]))',
  '!("kubernetes.io/config.mirror" in dyn(object).metadata.?annotations.orValue({}))',
].join(' || ');
