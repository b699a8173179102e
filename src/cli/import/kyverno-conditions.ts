import { allowing, blockedTags, denying, type Glob } from './image-readings.ts';
import type { Part } from './part.ts';
import type { Reading } from './unit.ts';

/** What holds for the images of some lists of containers. */
export interface Judged {
  readonly lists: readonly string[];
  readonly reading: Reading;
}

const ELEMENT = /^\{\{\s*element\.(image)\s*\}\}$/;
const OF_ELEMENT = /^\{\{\s*images\.(\w+)\."\{\{\s*element\.name\s*\}\}"\.(registry|name|tag)\s*\}\}$/;
const OF_ALL =
  /^\{\{\s*images\.(?:(\w+)|\[([\w, ]+)\]\[\])\.\*\.(registry|name|tag)(?:\[\])?\s*(?:\|\|\s*`\[\]`\s*)?\}\}$/;
const ONE_IS = /^(?:Equals|In|AnyIn|AllIn)$/;
const ONE_IS_NOT = /^(?:NotEquals|NotIn|AnyNotIn|AllNotIn)$/;

type Attribute = 'image' | 'registry' | 'name' | 'tag';

interface Condition {
  readonly lists: readonly string[];
  readonly attribute: Attribute;
  readonly isNegative: boolean;
  readonly globs: readonly Glob[];
  readonly key: string;
  readonly part: Part;
}

/**
 * What must not be true: conditions that can be read.
 *
 * @param lists those that a foreach goes through
 */
export function conditionReadings(conditions: Part, lists?: readonly string[]): readonly Judged[] {
  const [any, all] = [conditions.at('any').items, [...conditions.items, ...conditions.at('all').items]];
  if (any.length > 0 && all.length > 0) return [];
  const good = [...any, ...all]
    .map((condition) => readCondition(condition, lists))
    .filter((read) => read !== undefined);
  if (any.length > 0 || good.length < 2) return good.flatMap((condition) => judgedBy([condition]));
  // To be none of several is to be on no list of them; what else must be true at once has no counterpart.
  const isOneList = good.every(({ key, isNegative }) => isNegative && key === good[0]!.key);
  return isOneList ? judgedBy(good) : [];
}

function readCondition(part: Part, inLists: readonly string[] | undefined): Condition | undefined {
  const [key, operator] = [String(part.at('key').value), String(part.at('operator').value)];
  const [element, ofElement, ofAll] = [ELEMENT.exec(key), OF_ELEMENT.exec(key), OF_ALL.exec(key)];
  const isEach = inLists !== undefined && ofAll === null;
  const attribute = ((isEach && element?.[1]) || (isEach && ofElement?.[2]) || ofAll?.[3]) as
    Attribute | undefined | false;
  const isKnown = isEach ? ONE_IS.test(operator) || ONE_IS_NOT.test(operator) : /^Any(?:Not)?In$/.test(operator);
  if (!attribute || !isKnown) return undefined;
  const named = ofElement?.[1] ?? ofAll?.[1] ?? ofAll?.[2];
  const lists = named?.split(',').map((name) => name.trim()) ?? inLists ?? [];
  const globs = part.at('value').texts;
  return { lists, attribute, isNegative: ONE_IS_NOT.test(operator), globs, key, part };
}

function judgedBy(conditions: readonly Condition[]): readonly Judged[] {
  const [{ lists, attribute, isNegative }] = conditions as readonly [Condition];
  const reading = readingOf(
    attribute,
    isNegative,
    conditions.flatMap(({ globs }) => globs),
  );
  if (reading === undefined || reading.settings.length === 0) return [];
  for (const { part } of conditions) for (const key of ['key', 'operator']) part.at(key).take();
  return [{ lists, reading }];
}

/** By the attribute of the images that Kyverno parses; an image without a registry has docker.io there. */
function readingOf(attribute: Attribute, isNegative: boolean, globs: readonly Glob[]): Reading | undefined {
  if (globs.some(({ text }) => text.includes('**'))) return undefined;
  if (attribute === 'tag') return isNegative ? undefined : blockedTags(globs, { implicitLatest: true });
  if (attribute === 'name') return ofNames(globs, isNegative);
  const images = attribute === 'image' ? globs : ofRegistries(globs);
  if (!isNegative) return denying(images);
  return allowing(images, attribute === 'image' ? undefined : 'docker.io');
}

function ofRegistries(globs: readonly Glob[]): readonly Glob[] {
  return kept(globs, /^[^/]+$/, 'a registry, which has no path').map(({ text, part }) => ({ text: `${text}/*`, part }));
}

/** By the last component of the repository. */
function ofNames(globs: readonly Glob[], isNegative: boolean): Reading | undefined {
  const names = kept(globs, /^[a-z0-9._-]+$/, 'a name, which has no registry, no path and no wildcard');
  if (names.length === 0) return undefined;
  for (const { part } of names) part.take();
  const entries = names.map(({ text }) => `**/${text}`);
  if (!isNegative) return { settings: [{ rule: 'blocked-images', options: { images: entries } }], differences: [] };
  const options = { repositories: entries, unqualified: 'docker.io' };
  return { settings: [{ rule: 'allowed-repositories', options }], differences: [] };
}

function kept(globs: readonly Glob[], pattern: RegExp, expected: string): readonly Glob[] {
  for (const { text, part } of globs)
    if (!pattern.test(text)) part.leave({ expected, remedy: 'No image has this there: mend it or remove it.' });
  return globs.filter(({ text }) => pattern.test(text));
}
