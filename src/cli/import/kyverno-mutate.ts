import { registryMirrors } from '../../rule/registry-mirrors.ts';
import type { Part } from './part.ts';
import type { Reading, ReadSetting } from './unit.ts';

const REPLACED = /\{\{\s*regex_replace_all\('([^']+)',\s*'\{\{\s*element\.image\s*\}\}',\s*'([^']+)'\s*\)\s*\}\}/;
/** Any host that has no port and no dash, as in Kyverno's sample. */
const ANY_HOST = '^(localhost/|(?:[a-z0-9]+\\.)+[a-z0-9]+/)?(.*)$';
const ONE_HOST = /^\^\(?([a-z0-9.\\-]+(?::\d+)?)\/\)?\(\.\*\)\$$/;
const JSON_PATCH = /^- op: replace\n\s+path: \/spec\/(\w+)\/\{\{\s*elementIndex\s*\}\}\/image\n\s+value: "(.*)"\s*$/;

/** What a rule makes of images: where that is one registry's mirror, the same; else what must be written so. */
export function mutateReading(mutate: Part): Reading | undefined {
  const settings = mutate.at('foreach').items.flatMap(readEach);
  if (settings.length === 0) return undefined;
  if (settings.every(({ rule }) => rule === 'registry-mirror')) {
    const needs = 'It rewrites with the mutating webhook alone: without it, and in pods that it missed, it denies.';
    const hub =
      'An image without a registry is one of Docker Hub here, and an official one has library/ in its mirror here.';
    return { settings, action: 'rewrite', differences: [needs, hub] };
  }
  const told =
    'Images are rewritten there, silently; here the rule says what to write, and warns until its action is deny.';
  return { settings, differences: [told, 'Hosts with a port or a dash are left as they are there.'] };
}

function readEach(each: Part): readonly ReadSetting[] {
  const [, list] =
    /^request\.object\.spec\.(containers|initContainers|ephemeralContainers)$/.exec(String(each.at('list').value)) ??
    [];
  if (list === undefined) return [];
  const [merge, patch] = [each.at('patchStrategicMerge').at('spec').at(list).at(0), each.at('patchesJson6902')];
  const image = merge.at('image');
  const json = JSON_PATCH.exec(String(patch.value).trim());
  const text = json?.[1] === list ? json[2]!.replaceAll('\\\\', '\\') : String(image.value);
  const [, from = '', to = ''] = REPLACED.exec(text) ?? [];
  const setting = settingOf(from, to);
  if (setting === undefined) return [];
  merge.at('name').match(/^\{\{\s*element\.name\s*\}\}$/);
  for (const part of [each.at('list'), image, patch]) part.take();
  return [setting];
}

function settingOf(from: string, to: string): ReadSetting | undefined {
  const [, target, group] = /^([a-z0-9./:-]+)\/\$(\d)$/.exec(to) ?? [];
  if (target === undefined) return undefined;
  if (from === ANY_HOST && group === '2') return { rule: 'registry-allowlist', options: { registries: [target] } };
  const registry = ONE_HOST.exec(from)?.[1]?.replaceAll('\\.', '.');
  if (registry === undefined || group !== (from.startsWith('^(') ? '2' : '1')) return undefined;
  try {
    registryMirrors([{ registry, mirror: target }]);
    return { rule: 'registry-mirror', options: { mirrors: [{ registry, mirror: target }] } };
  } catch {
    return undefined; // it is no registry
  }
}
