import { DOCKER_HUB, OFFICIAL } from '../../image/docker-hub.ts';
import { shown } from '../../mistake/mistake.ts';
import { imagePatternRemedy, parseImagePattern } from '../../rule/image-pattern.ts';
import type { Purpose } from './unit.ts';

/** What a pattern of texts becomes. */
export interface ImageEntries {
  readonly entries: readonly string[];
  /** Whether it has no registry. */
  readonly isUnqualified: boolean;
  readonly differences: readonly string[];
}

interface Text {
  readonly glob: string;
  readonly purpose: Purpose;
  /** Whether anything may follow; after a slash, or a tag or a digest; or nothing. */
  readonly end: '*' | '/**' | '';
  /** Empty if it has none. */
  readonly host: string;
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/**
 * Patterns of images for a pattern of texts, in which `*` is any run of characters, slashes and colons too; `/**` at its
 * end means what is there, and all below. They allow no image that it does not, but for other names of Docker Hub's; what
 * they deny less is among the differences.
 *
 * @returns a sentence that says what to do, if there are no such patterns
 */
export function imageEntries(glob: string, purpose: Purpose): ImageEntries | string {
  if (!/^[\w.:/@*-]+$/.test(glob) || glob.slice(0, -3).includes('**'))
    return 'Write it by hand: only "*" can be read as a wildcard.';
  if (/^\*[:@]/.test(glob)) return 'Write it by hand: it is a tag or a digest of any image.';
  const text = parsed(glob, purpose);
  if (text.host === '' && text.path === '') return 'Every image is meant: remove it, and what it stands beside.';
  const starred = starredText(text);
  const named = typeof starred === 'string' ? starred : versioned(starred);
  if (typeof named === 'string') return named;
  const remedy = named.entries.map((entry) => imagePatternRemedy(parseImagePattern(entry))).find(Boolean);
  if (remedy !== undefined) return remedy;
  const differences = [...named.differences, ...(typeof starred === 'string' ? [] : ownDifferences(text))];
  return { entries: named.entries, isUnqualified: text.host === '', differences };
}

function parsed(glob: string, purpose: Purpose): Text {
  const end = glob.endsWith('/**') ? '/**' : glob.endsWith('*') ? '*' : '';
  const written = glob.slice(0, glob.length - end.length);
  const slash = written.indexOf('/');
  const first = slash === -1 ? written : written.slice(0, slash);
  const bare = slash === -1 ? first.replace(/:.*/, '') : first;
  const isHost = bare === 'localhost' || bare === '*' || /[.:]/.test(bare);
  const rest = isHost ? (slash === -1 ? '' : written.slice(slash + 1)) : written;
  const [, path = '', tag, digest] = /^([^:@]*)(?::([^@]*))?(?:@(.*))?$/.exec(rest) ?? [];
  return {
    glob,
    purpose,
    end,
    host: isHost ? first : '',
    path: isHost && slash !== -1 ? `/${path}` : path,
    tag,
    digest,
  };
}

/** With `**` for a component that is a `*`. */
function starredText(text: Text): Text | string {
  const { host, path, purpose } = text;
  const inHost = host !== '*' && host.replace(/^\*\./, '').includes('*');
  const components = path.split('/').map((component) => (component === '*' ? '**' : component));
  const isPartial = inHost || components.some((component) => component !== '**' && component.includes('*'));
  if (isPartial && purpose === 'deny') return 'Write it by hand: "*" ends at a slash here, and in a host at a dot.';
  return { ...text, host: host === '*' ? '**' : host, path: components.join('/') };
}

type Named = Pick<ImageEntries, 'entries' | 'differences'>;

function versioned(text: Text): Named | string {
  const { glob, purpose, end, host, path, tag, digest } = text;
  if (tag === undefined && digest === undefined) return UNVERSIONED[end](text);
  const name = nameOf(host, path);
  if (digest !== undefined) {
    const version =
      (tag === undefined ? '' : `:${tag}`) + (end === '*' && /^(?:sha256:)?$/.test(digest) ? '@*' : `@${digest}`);
    const beside = `${shown(glob)} is every tag here that stands beside the digest, which is what runs.`;
    return { entries: [name + version], differences: tag === undefined ? [beside] : [] };
  }
  const entry = `${name}:${tag}${end}`;
  // Only where anything may follow: a digest would have to end as a tag does that has its "*" before that.
  return { entries: purpose === 'allow' && end === '*' ? [entry, `${entry}@*`] : [entry], differences: [] };
}

const UNVERSIONED: Readonly<Record<Text['end'], (text: Text) => Named | string>> = {
  '': untagged,
  '*': prefixes,
  '/**': ({ host, path }) => {
    const below = `${hostOf(host)}${host === '' ? '/' : ''}${path}/**`;
    return { entries: path === '' ? [below] : [nameOf(host, path), below], differences: [] };
  },
};

/** What has neither tag nor digest, and ends there. */
function untagged({ glob, purpose, host, path }: Text): Named | string {
  if (path === '') return `No image is called ${shown(glob)}: write what follows the registry.`;
  if (purpose === 'allow') return 'An entry without a tag is every tag here: write the tags, or end it in ":*".';
  return { entries: [nameOf(host, path)], differences: [`${shown(glob)} is every tag and digest of it here.`] };
}

/** What begins so. */
function prefixes({ glob, purpose, host, path }: Text): Named {
  const ended = path.replace(/^\//, '');
  if (ended === '' && host !== '') {
    const others = host.includes(':') ? `${host}1 does` : `${host}:5000 and ${host}.example.com do`;
    const verdict = purpose === 'allow' ? 'denied' : 'not denied';
    const whole = `${shown(glob)} is a whole host here: what goes on otherwise, as ${others}, is ${verdict}.`;
    return { entries: [`${host}/**`], differences: path === '/' ? [] : [whole] };
  }
  if (ended.endsWith('/')) return { entries: [`${hostOf(host)}/${ended}**`], differences: [] };
  const star = purpose === 'deny' ? '*' : '';
  const stops = `${shown(glob)} ends at a slash, a tag or a digest here: what goes on otherwise, as ${glob.slice(0, -1)}bar does, is denied.`;
  const hosts = `${shown(glob)} is about images of Docker Hub here: a host that begins so is not denied.`;
  const differences = purpose === 'allow' ? [stops] : host === '' && !ended.includes('/') ? [hosts] : [];
  return { entries: [`${nameOf(host, path)}${star}`, `${hostOf(host)}/${ended}${star}/**`], differences };
}

function hostOf(host: string): string {
  return host === '' ? DOCKER_HUB : host;
}

function nameOf(host: string, path: string): string {
  const repository = path.replace(/^\//, '');
  const isOfficial = hostOf(host) === DOCKER_HUB && !repository.includes('/');
  return `${hostOf(host)}/${isOfficial ? OFFICIAL : ''}${repository}`;
}

function ownDifferences({ glob, purpose, host, path }: Text): readonly string[] {
  const onHost = `"*" is a part of the host in ${shown(glob)} here: what has the rest in its path is not denied.`;
  if (purpose === 'deny') return host.startsWith('*.') ? [onHost] : [];
  const hasStar = `${host.replace(/^\*\./, '')}${path}`.split('/').some((part) => part !== '*' && part.includes('*'));
  return [
    ...(hasStar ? [`"*" ends at a slash in ${shown(glob)} here, and in its host at a dot: it allows less.`] : []),
    ...(host === ''
      ? [`${shown(glob)} is of Docker Hub here, so docker.io/${glob} and index.docker.io/${glob} are allowed too.`]
      : []),
    ...(host === DOCKER_HUB
      ? [`${shown(glob)} is index.docker.io too, and docker.io/nginx is docker.io/library/nginx.`]
      : []),
  ];
}
