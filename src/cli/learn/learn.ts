import { DEFAULT_POLICY } from '../../engine/policy.ts';
import { type ByNamespace, createRuleset, type Ruleset, type Selection } from '../../engine/ruleset.ts';
import { MANIFEST_INVALID } from '../../manifest/manifest-items.ts';
import { pathName } from '../../manifest/manifest-files.ts';
import { Namespaces } from '../../manifest/namespaces.ts';
import { objectName, type Owner, Owners } from '../../manifest/owners.ts';
import { CollectedMistakes } from '../../mistake/collected-mistakes.ts';
import type { Mistake } from '../../mistake/mistake.ts';
import { judge, type JudgeOptions, unreadableObject } from '../judge.ts';
import { mistakesBlock, type Output } from '../mistakes-block.ts';
import { type ObjectPlaces, objectsAt } from '../objects-at.ts';
import { type PolicyPaths, tryPolicy } from '../tried-policy.ts';
import { learntPolicy, type SeenText } from './learnt-policy.ts';

/** Of a policy, only what it says of kinds and what it rewrites counts. */
export type LearnOptions = Output & PolicyPaths & ObjectPlaces & JudgeOptions;

/**
 * `imagegate learn`: prints the smallest policy that admits what is there, all of it at `warn`. Resolves with the exit code: 1
 * if there are images that no policy admits, 2 if something could not be read.
 */
export async function learn(options: LearnOptions): Promise<0 | 1 | 2> {
  const { write, writeError } = options;
  const collected = new CollectedMistakes();
  const { mistakes } = collected;
  const everyImage = await collected.from(async () => everyImageUnder(options));
  if (everyImage === undefined) {
    writeError(mistakesBlock(mistakes, 'Nothing was learnt'));
    return 2;
  }
  const images = await seenImages(everyImage, options, mistakes);
  if (images.length > 0) write(learntPolicy(images, everyImage.policy.podSpecPaths, mistakes.length));
  else if (mistakes.length === 0) mistakes.push(noImages(options));
  if (mistakes.length === 0) return images.some(({ reference }) => reference instanceof Error) ? 1 : 0;
  writeError(mistakesBlock(mistakes, 'Not all was read'));
  return 2;
}

/** @param mistakes to which what cannot be read is added */
async function seenImages(
  everyImage: Ruleset,
  options: LearnOptions,
  mistakes: Mistake[],
): Promise<readonly SeenText[]> {
  const [namespaces, owners] = [new Namespaces(), new Owners()];
  const seen = new Map<
    string,
    Omit<SeenText, 'owners' | 'isRewritten'> & { owners: Set<Owner>; isRewritten: boolean }
  >();
  const kinds = everyImage.policy.podSpecPaths.keys();
  for await (const item of objectsAt(options, { ...options, kinds }, namespaces)) {
    if ('mistake' in item) mistakes.push(item.mistake);
    if (!('object' in item)) continue;
    const { request, review } = judge(item, everyImage, namespaces, options);
    if (review?.error !== undefined) mistakes.push(unreadableObject(item.where(''), review.error));
    const owner = owners.add(request);
    for (const { image } of review?.findings ?? []) {
      const { raw, reference, written } = image;
      const known = seen.get(raw) ?? { raw, reference, isRewritten: false, owners: new Set<Owner>() };
      seen.set(raw, known);
      known.owners.add(owner);
      // Of what runs, the pod has it as it was rewritten, and its Deployment as it is written.
      known.isRewritten ||= written !== undefined;
    }
  }
  return [...seen.values()].map((image) => ({
    ...image,
    owners: new Set([...image.owners].map((owner) => objectName(owners.topOf(owner)))),
  }));
}

/** Its findings are the images that the webhook would judge, as it would rewrite them. */
async function everyImageUnder(options: LearnOptions): Promise<Ruleset> {
  const meta = { name: 'every-image', description: 'Finds every image.' };
  const rule = { meta, check: () => [{ problem: 'is an image', remedy: 'None.' }] };
  const everyImage = createRuleset([rule], [], { ...DEFAULT_POLICY, enforcement: 'audit' });
  if (options.path === undefined) return everyImage;
  const { ruleset } = await tryPolicy(options, options);
  const finding = ({ rewrites, exemptions }: Selection): Selection => ({
    ...everyImage.everywhere,
    rewrites,
    exemptions,
  });
  const under = ({ everywhere, overrides }: ByNamespace): ByNamespace => ({
    everywhere: finding(everywhere),
    overrides: overrides.map(({ matches, selection }) => ({ matches, selection: finding(selection) })),
  });
  const profiles = new Map([...ruleset.profiles].map(([name, profile]) => [name, under(profile)]));
  return { ...ruleset, ...under(ruleset), profiles };
}

function noImages({ paths, cluster }: ObjectPlaces): Mistake {
  const remedy =
    cluster === undefined
      ? 'Name what runs, such as the output of kubectl get pods -A -o yaml.'
      : 'Nothing runs there that the gate would be asked about: name another cluster by --context, or manifests.';
  const words = { expected: 'objects with images', found: 'none', remedy };
  return {
    code: MANIFEST_INVALID,
    source: { name: cluster === undefined ? paths.map(pathName).join(', ') : '--cluster' },
    ...words,
  };
}
