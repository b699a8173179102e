import { type CheckedObject, type Remark, remarksOf } from '../../check-report/report.ts';
import type { Finding } from '../../engine/finding.ts';
import { objectName, type Owner, type Owners } from '../../manifest/owners.ts';
import type { Location } from '../../mistake/mistake.ts';
import { printable } from '../../mistake/printable.ts';

/** What a change of policy can do to an image. What is exempt or only audited counts as allowed. */
export const EFFECTS = ['newlyDenied', 'newlyAllowed', 'rewrittenOtherwise', 'newlyWarned', 'noLongerWarned'] as const;
export type Effect = (typeof EFFECTS)[number];

/** What becomes of an image of an owner. */
export interface Change {
  readonly effect: Effect;
  /** As written; `undefined` for an object that cannot be read. */
  readonly image: string | undefined;
  readonly owner: Owner;
  /** The first place of the image. */
  readonly location: Location;
  /** Why it is, or was, denied or warned about, or what it becomes: each with the sentence and its rule as key. */
  readonly why: ReadonlyMap<string, Pick<Remark, 'rule' | 'text'>>;
}

/** What differs between two policies, of one object after the other. */
export class PolicyChanges {
  readonly #changes = new Map<string, Change>();

  /** @param owner as `Owners` returned it */
  add(owner: Owner, before: CheckedObject, after: CheckedObject): void {
    this.#addRewrites(owner, before, after);
    const remarks = [remarksOf(before), remarksOf(after)];
    // An object that one of them cannot read has no images to compare.
    const isWhole = remarks.flat().some(({ finding }) => finding === undefined);
    const [old, now] = remarks.map((list) => byImage(list, isWhole)) as [ByImage, ByImage];
    for (const place of new Set([...old.keys(), ...now.keys()])) {
      const [was, is] = [old.get(place) ?? [], now.get(place) ?? []];
      const [from, to] = [levelOf(was), levelOf(is)];
      if (from === to) continue;
      const worst = (to > from ? is : was).filter(({ level }) => LEVELS.indexOf(level) === Math.max(from, to));
      const { location, finding } = worst[0]!; // of that level there is one
      const why = new Map(worst.map((remark) => [`${remark.text} [${remark.rule}]`, remark]));
      this.#merge({
        effect: effectOf(from, to),
        image: finding && (finding.image.written ?? finding.image.raw),
        owner,
        location,
        why,
      });
    }
  }

  #addRewrites(owner: Owner, before: CheckedObject, after: CheckedObject): void {
    const [old, now] = [before, after].map(rewrittenByPlace) as [RewrittenByPlace, RewrittenByPlace];
    for (const place of new Set([...old.keys(), ...now.keys()])) {
      const [was, is] = [old.get(place), now.get(place)];
      if (was?.raw === is?.raw) continue;
      const { written, rewrites } = (is ?? was)!; // it is a place of one of them
      const rule = rewrites!.map((one) => one.rule).join(', ');
      const text = rewrittenText(was?.raw, is?.raw);
      const why = new Map([[`${text} [${rule}]`, { rule, text }]]);
      this.#merge({ effect: 'rewrittenOtherwise', image: written, owner, location: after.where(place), why });
    }
  }

  /** All changes, by image and top owner. */
  byOwner(owners: Owners): readonly Change[] {
    const merged = new PolicyChanges();
    for (const change of this.#changes.values()) merged.#merge({ ...change, owner: owners.topOf(change.owner) });
    return [...merged.#changes.values()].toSorted(
      (a, b) => compare(a.image ?? '', b.image ?? '') || compare(objectName(a.owner), objectName(b.owner)),
    );
  }

  #merge(change: Change): void {
    const key = JSON.stringify([change.effect, change.image, change.owner]);
    const known = this.#changes.get(key);
    const why = new Map([...(known?.why ?? []), ...change.why]);
    this.#changes.set(key, { ...change, ...known, why });
  }
}

type RewrittenByPlace = ReadonlyMap<string, Finding['image']>;

function rewrittenByPlace({ review: { rewritten = [] } }: CheckedObject): RewrittenByPlace {
  return new Map(rewritten.map((image) => [image.container.fieldPath, image]));
}

/** Of which one is there. */
function rewrittenText(was: string | undefined, is: string | undefined): string {
  const no = was === undefined ? '' : `no longer rewritten to ${printable(was, 1024)}`;
  if (is === undefined) return `It is ${no}.`;
  return `It is rewritten to ${printable(is, 1024)}${no === '' ? '' : `, ${no}`}.`;
}

type ByImage = ReadonlyMap<string, readonly Remark[]>;

function byImage(remarks: readonly Remark[], isWhole: boolean): ByImage {
  const groups = new Map<string, Remark[]>();
  for (const remark of remarks) {
    const place = isWhole ? '' : remark.finding!.image.container.fieldPath; // only that of a whole object lacks one
    const group = groups.get(place);
    if (group === undefined) groups.set(place, [remark]);
    else group.push(remark);
  }
  return groups;
}

/** The worst last; all else is as if nothing was said. */
const LEVELS: readonly Remark['level'][] = ['exempt', 'warn', 'deny'];
const DENIED = LEVELS.indexOf('deny');

function levelOf(remarks: readonly Remark[]): number {
  return Math.max(0, ...remarks.map(({ level }) => LEVELS.indexOf(level)));
}

function effectOf(from: number, to: number): Effect {
  if (to === DENIED) return 'newlyDenied';
  if (from === DENIED) return 'newlyAllowed';
  return to > from ? 'newlyWarned' : 'noLongerWarned';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
