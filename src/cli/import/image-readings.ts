import { shown } from '../../mistake/mistake.ts';
import { TAG_PATTERN } from '../../rule/tag-patterns.ts';
import { type ImageEntries, imageEntries } from './image-entries.ts';
import type { Part } from './part.ts';
import type { Purpose, Reading, ReadSetting } from './unit.ts';

/** A pattern of the texts of images, and the part that it is in. */
export interface Glob {
  readonly text: string;
  readonly part: Part;
}

const NOTHING: Reading = { settings: [], differences: [] };

const PORT = 'A port is no tag here: localhost:5000/app has none.';
const WHOLE_DIGEST = 'A digest has all of its digits here, and is one of sha256, sha384 or sha512.';
const WIDE =
  'Denied here as well: Docker Hub by its other hosts, and without a registry; other registries with :443 written out; a tag of the list beside a digest.';

/** What all images must be like: one of these. */
export function allowing(globs: readonly Glob[], unqualified?: 'docker.io'): Reading {
  const [only] = globs;
  if (globs.length === 1 && only?.text === '*:*') return taken(globs, { rule: 'empty-tag' }, PORT);
  if (globs.length === 1 && /^\*@(?:sha256:)?\*$/.test(only?.text ?? ''))
    return taken(globs, { rule: 'require-digest' }, WHOLE_DIGEST);
  const read = imageEntriesOf(globs, 'allow');
  if (read.entries.length === 0) return NOTHING;
  const hub = unqualified ?? (read.isUnqualified ? 'docker.io' : undefined);
  const hosts = read.entries.map((entry) => /^((?:\*\.)?[^*/]+)\/\*\*$/.exec(entry)?.[1]);
  const known = hosts.filter((host) => host !== undefined);
  const options = known.length === hosts.length ? { registries: known } : { repositories: read.entries };
  const rule = 'registries' in options ? 'registry-allowlist' : 'allowed-repositories';
  const asHub = `An image without a registry, such as nginx, is one of Docker Hub here: what the list has of docker.io holds for it.`;
  return {
    settings: [{ rule, options: hub === undefined ? options : { ...options, unqualified: hub } }],
    differences: hub === undefined ? read.differences : [...read.differences, asHub],
  };
}

/** What no image must be like. */
export function denying(globs: readonly Glob[]): Reading {
  const tagged = globs.filter(({ text }) => /^\*:[^/:@]+$/.test(text));
  const images = imageEntriesOf(
    globs.filter((glob) => !tagged.includes(glob)),
    'deny',
  );
  const byTag = blockedTags(
    tagged.map(({ text, part }) => ({ text: text.slice(2), part })),
    tagged.some(({ text }) => text.endsWith('*')) ? {} : { digest: 'pass' },
  );
  if (images.entries.length === 0) return byTag;
  const setting = { rule: 'blocked-images', options: { images: images.entries } };
  return { settings: [...byTag.settings, setting], differences: [...byTag.differences, ...images.differences, WIDE] };
}

/** Tags that are denied. */
export function blockedTags(tags: readonly Glob[], options: Readonly<Record<string, unknown>>): Reading {
  const good = tags.filter(({ text }) => TAG_PATTERN.test(text));
  for (const { text, part } of tags.filter((tag) => !good.includes(tag)))
    part.leave({ expected: 'a tag', found: shown(text), remedy: 'No image has such a tag: mend it or remove it.' });
  if (good.length === 0) return NOTHING;
  return taken(good, { rule: 'blocked-tags', options: { tags: good.map(({ text }) => text), ...options } });
}

/** That an image has a tag or a digest. */
export const HAS_TAG: Reading = { settings: [{ rule: 'empty-tag' }], differences: [PORT] };

/** That an image has a digest. */
export const HAS_DIGEST: Reading = { settings: [{ rule: 'require-digest' }], differences: [WHOLE_DIGEST] };

function taken(globs: readonly Glob[], setting: ReadSetting, ...differences: readonly string[]): Reading {
  for (const { part } of globs) part.take();
  return { settings: [setting], differences };
}

/** The patterns of those that can be read; the others are left out. */
export function imageEntriesOf(globs: readonly Glob[], purpose: Purpose): ImageEntries {
  const read = globs.flatMap(({ text, part }) => {
    const found = imageEntries(text, purpose);
    if (typeof found !== 'string') {
      part.take();
      return [found];
    }
    part.leave({ expected: 'what can be a pattern of images', found: shown(text), remedy: found });
    return [];
  });
  return {
    entries: [...new Set(read.flatMap(({ entries }) => entries))],
    isUnqualified: read.some(({ isUnqualified }) => isUnqualified),
    differences: read.flatMap(({ differences }) => differences),
  };
}

/** All together: each of them judges. */
export function together(readings: readonly Reading[]): Reading {
  return {
    settings: readings.flatMap(({ settings }) => settings),
    differences: readings.flatMap(({ differences }) => differences),
  };
}
