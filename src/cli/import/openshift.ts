import { allowing, denying } from './image-readings.ts';
import type { Part } from './part.ts';
import type { Unit } from './unit.ts';

const NODES =
  'Nodes also ask the registries of their own configuration for an image without one; here its registry is not known, and it is denied.';
const ON_PULL = 'It is enforced when a node pulls, also for pods that are there already; here when they are made.';

/** The lists of registries of OpenShift's image configuration. */
export function openshiftUnits(name: string, spec: Part): readonly Unit[] {
  const sources = spec.at('registrySources');
  return (['allowedRegistries', 'blockedRegistries'] as const).flatMap((key) => {
    const part = sources.at(key);
    if (part.isAbsent) return [];
    const globs = part.texts.map(({ text, part: entry }) => ({
      text: isWhole(text) ? text : `${text}/**`,
      part: entry,
    }));
    const reading = key === 'allowedRegistries' ? allowing(globs) : denying(globs);
    const differences = [...reading.differences, ON_PULL, ...(key === 'allowedRegistries' ? [NODES] : [])];
    return [
      { ...reading, differences, name: `Image ${name}, ${key}`, part, parts: [part], action: 'deny', excluded: [] },
    ];
  });
}

/** Whether an entry names one image, by a tag or a digest. */
function isWhole(text: string): boolean {
  return /@|:[^/]*$/.test(text.replace(/^[^/]+$/, ''));
}
