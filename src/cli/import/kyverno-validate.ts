import { conditionReadings, type Judged } from './kyverno-conditions.ts';
import { allowing, denying, together } from './image-readings.ts';
import type { Part } from './part.ts';
import type { Reading } from './unit.ts';

const LISTS = ['containers', 'initContainers', 'ephemeralContainers'];
const LIST_PATH = /^request\.object\.spec\.(?:\[([\w, ]+)\]\[\]|(\w+)(?:\[\])?)$/;

/** What a rule wants of images; `undefined` if it is another rule, or is not the same for all containers that it names. */
export function validateReading(validate: Part): Reading | undefined {
  const patterns = validate.at('anyPattern');
  const judged = [
    ...(patterns.isAbsent ? inPods([validate.at('pattern')]) : inPods(patterns.items)),
    ...validate.at('foreach').items.flatMap(inEach),
    ...conditionReadings(validate.at('deny').at('conditions')),
  ];
  const mixed = 'A pod whose images fit different patterns of anyPattern is denied there, and allowed here.';
  const reading = ofAllLists(judged);
  return reading === undefined || patterns.items.length < 2
    ? reading
    : { ...reading, differences: [...reading.differences, mixed] };
}

/** Each list of containers must be judged alike, since all are here. */
function ofAllLists(judged: readonly Judged[]): Reading | undefined {
  const lists = new Map<string, Set<string>>();
  for (const { reading, lists: names } of judged) {
    const text = JSON.stringify(reading.settings);
    lists.set(text, new Set([...(lists.get(text) ?? []), ...names]));
  }
  const sets = new Set([...lists.values()].map((names) => LISTS.filter((name) => names.has(name)).join(', ')));
  const [covered = ''] = sets;
  if (sets.size !== 1 || covered === '') return undefined;
  const others = LISTS.filter((name) => !covered.split(', ').includes(name));
  const alike = `Only ${covered} are judged there; ${others.join(' and ')} are too here.`;
  const { settings, differences } = together(judged.map(({ reading }) => reading));
  return { settings, differences: others.length === 0 ? differences : [...differences, alike] };
}

/** Patterns of a pod, of which one must fit: the images of each list. */
function inPods(patterns: readonly Part[]): readonly Judged[] {
  const [first] = patterns.map((pattern) => pattern.at('spec'));
  if (first === undefined) return [];
  return first.keys.flatMap((key) => {
    const name = /^(?:(containers)|=\((\w+)\))$/.exec(key)?.slice(1).find(Boolean);
    if (name === undefined || !LISTS.includes(name)) return [];
    const images = patterns.map((pattern) => pattern.at('spec').at(key).at(0).at('image'));
    return judgedBy([name], textReading(images));
  });
}

function inEach(each: Part): readonly Judged[] {
  const path = LIST_PATH.exec(String(each.at('list').value));
  const names = (path?.[1] ?? path?.[2] ?? '').split(',').map((name) => name.trim());
  if (!names.every((name) => LISTS.includes(name))) return [];
  each.at('list').take();
  const patterns = each.at('anyPattern').isAbsent ? [each.at('pattern')] : each.at('anyPattern').items;
  const images = patterns.map((pattern) => pattern.at('image')).filter(({ isAbsent }) => !isAbsent);
  return [...judgedBy(names, textReading(images)), ...conditionReadings(each.at('deny').at('conditions'), names)];
}

function judgedBy(lists: readonly string[], reading: Reading | undefined): readonly Judged[] {
  return reading === undefined || reading.settings.length === 0 ? [] : [{ lists, reading }];
}

/** Texts with `|` for or and `&` for and, of which one must fit; `undefined` for what is neither a list nor all denied. */
function textReading(images: readonly Part[]): Reading | undefined {
  if (images.length === 0 || !images.every(({ value }) => typeof value === 'string')) return undefined;
  const globs = images.flatMap((part) =>
    String(part.value)
      .split('|')
      .map((text) => ({ text: text.trim(), part })),
  );
  if (globs.some(({ text }) => text.includes('**'))) return undefined;
  if (!globs.some(({ text }) => /[!&]/.test(text))) return allowing(globs);
  const [only] = globs;
  if (only === undefined || globs.length > 1) return undefined;
  const all = only.text.split('&').map((text) => ({ text: text.trim(), part: only.part }));
  const denied = all.filter(({ text }) => text.startsWith('!'));
  return together([
    denying(denied.map(({ text, part }) => ({ text: text.slice(1).trim(), part }))),
    ...all.filter((glob) => !denied.includes(glob)).map((glob) => allowing([glob])),
  ]);
}
