import { DOCKER_HUB, isDockerHub, OFFICIAL } from './docker-hub.ts';

/** The parts of a reference that patterns match. */
export interface ImageName {
  /** Host with port. `undefined` in an unqualified reference such as `nginx` or `library/nginx`. */
  readonly registry: string | undefined;
  readonly repository: string;
}

/**
 * A parsed `image:` string. The parts are as written, except for `normalized`, and `undefined` if absent:
 * `docker.io/nginx` has the repository `nginx`, not `library/nginx`.
 */
export interface ImageReference extends ImageName {
  readonly raw: string;
  readonly tag: string | undefined;
  /** Algorithm and hex: `sha256:…`. */
  readonly digest: string | undefined;
  /** The short form for messages, without tag and digest: `nginx` for `docker.io/library/nginx:1`. */
  readonly familiarName: string;
  /**
   * What container runtimes read: `docker.io` and `library/nginx` for `nginx`, `docker.io/nginx` and
   * `index.docker.io/library/nginx`. All other hosts are as written, a port and Docker Hub's further hosts included: to a
   * runtime they are other registries, with mirrors and credentials of their own. To deny, use `imagePatterns` with
   * the purpose `deny`, which knows all hosts of Docker Hub.
   */
  readonly normalized: { readonly registry: string; readonly repository: string };
}

/** The reference is invalid, or container runtimes read it differently. `reason` is a sentence for the user. */
export class InvalidReferenceError extends Error {
  override readonly name = 'InvalidReferenceError';
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** More than a repository (255), a host, a tag (128) and a digest can have. */
export const MAX_REFERENCE_LENGTH = 1024;

const MAX_REPOSITORY_LENGTH = 255;

// The productions of distribution/reference v0.6.0 (regexp.go), each over one part only, so that none can backtrack:
// within a production every separator is followed by a character that the separator cannot hold.
const DOMAIN_COMPONENT = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const HOST = new RegExp(`^(?:${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const PATH_COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${PATH_COMPONENT}(?:/${PATH_COMPONENT})*$`);
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;

const UPPER_CASE = /[A-Z]/;
const PRINTABLE_ASCII = /^[\x21-\x7e]*$/;
const IDENTIFIER = /^[a-f0-9]{64}$/;
const IMAGE_ID = /^sha(?:256|384|512):[a-fA-F0-9]+$/;

/**
 * Parses a reference by the grammar of distribution/reference v0.6.0 (`ParseNormalizedNamed`), which kubelet and
 * containerd use, in linear time. Three legal forms are refused, too, because container runtimes read them
 * differently: upper case in the registry, a first component with a dot that is no legal host (containerd pulls from
 * it, the grammar sees no registry), and an image ID (containerd runs the image with that ID).
 *
 * @throws {InvalidReferenceError} with the reason, one sentence.
 */
export function parseReference(raw: string): ImageReference {
  refuseForeignText(raw);
  const at = raw.indexOf('@');
  const named = at === -1 ? raw : raw.slice(0, at);
  const digest = at === -1 ? undefined : raw.slice(at + 1);
  // A colon before the last slash belongs to a port.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const path = colon === -1 ? named : named.slice(0, colon);
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  const slash = path.indexOf('/');
  const registry = slash !== -1 && isRegistry(path.slice(0, slash)) ? path.slice(0, slash) : undefined;
  const repository = registry === undefined ? path : path.slice(slash + 1);

  if (registry !== undefined) refuseRegistry(registry);
  refuseRepository(registry, repository);
  if (tag !== undefined && !TAG.test(tag)) refuse(tagReason(tag));
  if (digest !== undefined && !DIGEST.test(digest)) {
    refuse('A digest must be sha256, sha384 or sha512, a colon, and all of its lower-case hex digits.');
  }
  const name = { registry, repository };
  const normalized = Object.freeze({ registry: normalizedRegistry(name), repository: normalizedRepository(name) });
  const short = familiarName(registry, repository);
  return Object.freeze({ raw, registry, repository, tag, digest, familiarName: short, normalized });
}

/** The registry that container runtimes pull from: Docker Hub if there is none, and for its old name. */
export function normalizedRegistry({ registry }: ImageName): string {
  return registry === undefined || isDockerHub(registry) ? DOCKER_HUB : registry;
}

/** The repository that container runtimes pull: `library/nginx` for Docker Hub's `nginx`. */
export function normalizedRepository({ registry, repository }: ImageName): string {
  return isOfficial(registry, repository) ? OFFICIAL + repository : repository;
}

/** Whether the first component is a registry, as `splitDockerDomain` of distribution/reference decides. */
export function isRegistry(first: string): boolean {
  return first === 'localhost' || first.includes('.') || first.includes(':') || UPPER_CASE.test(first);
}

/** Docker Hub's official images have no account. */
function isOfficial(registry: string | undefined, repository: string): boolean {
  return isDockerHub(registry) && !repository.includes('/');
}

function familiarName(registry: string | undefined, repository: string): string {
  if (!isDockerHub(registry)) return `${registry}/${repository}`;
  const rest = repository.startsWith(OFFICIAL) ? repository.slice(OFFICIAL.length) : repository;
  return rest.includes('/') ? repository : rest;
}

/** Errors by reason: creating one takes longer than parsing, and a review may bring 125,000 bad images. */
const ERRORS = new Map<string, InvalidReferenceError>();

function refuse(reason: string): never {
  let error = ERRORS.get(reason);
  if (error === undefined) ERRORS.set(reason, (error = new InvalidReferenceError(reason)));
  throw error;
}

function refuseForeignText(raw: string): void {
  if (raw === '') refuse('An image must be named.');
  if (raw.length > MAX_REFERENCE_LENGTH) {
    refuse(`A reference has at most ${MAX_REFERENCE_LENGTH} characters.`);
  }
  if (!PRINTABLE_ASCII.test(raw)) {
    refuse('A reference has only ASCII characters, without blanks and control characters.');
  }
  if (IDENTIFIER.test(raw) || IMAGE_ID.test(raw)) {
    refuse('An image ID is no reference: name a repository.');
  }
}

function refuseRegistry(registry: string): void {
  if (UPPER_CASE.test(registry)) refuse('A registry must be in lower case.');
  if (!HOST.test(registry)) {
    refuse('A registry must be a legal host name or address, with a port or without.');
  }
}

function refuseRepository(registry: string | undefined, repository: string): void {
  if (repository === '') refuse('A repository must be named.');
  if (UPPER_CASE.test(repository)) refuse('A repository must be in lower case.');
  if (!REPOSITORY.test(repository)) {
    refuse(
      'A repository has components of lower-case letters and digits, within them single dots, one or two underscores or dashes, and slashes between them.',
    );
  }
  const prefix = isOfficial(registry, repository) ? OFFICIAL.length : 0;
  if (repository.length + prefix > MAX_REPOSITORY_LENGTH) {
    refuse(`A repository has at most ${MAX_REPOSITORY_LENGTH} characters.`);
  }
}

function tagReason(tag: string): string {
  return tag === ''
    ? 'After the colon, a tag must follow.'
    : 'A tag has at most 128 letters, digits, underscores, dots and dashes, and begins with none of the last two.';
}
