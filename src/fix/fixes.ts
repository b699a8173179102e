import type { ManifestObject } from '../manifest/manifest-items.ts';
import type { Location, Mistake } from '../mistake/mistake.ts';
import type { WrittenScalar } from '../yaml/written-scalar.ts';
import { type Edit, editOf } from './edit.ts';
import type { Replacement } from './replacements.ts';

/** What fixing a file comes to. */
export interface FilesFixes {
  readonly edits: readonly Edit[];
  /** Why others cannot be written. */
  readonly unfixed: readonly Mistake[];
}

/** The code of all that cannot be fixed. */
export const MANIFEST_UNFIXED = 'manifest-unfixed';

interface Wanted {
  readonly scalar: WrittenScalar;
  readonly replacements: readonly Replacement[];
}

/** Collects the replacements in one file. Guesses are left to people. */
export class Fixes {
  readonly #wanted = new Map<object, Wanted>();
  readonly #unfixed: Mistake[] = [];

  add({ request, where, scalarAt }: ManifestObject, replacement: Replacement): void {
    if (replacement.guessed) return;
    const { fieldPath } = replacement.image.container;
    const scalar = scalarAt?.(fieldPath);
    if (request !== undefined || scalar === undefined) {
      const words = request === undefined ? NOT_PLAIN : RECORDED;
      this.#unfixed.push(unfixed(where(fieldPath), replacement, words));
      return;
    }
    const { replacements = [] } = this.#wanted.get(scalar.identity) ?? {};
    this.#wanted.set(scalar.identity, { scalar, replacements: [...replacements, replacement] });
  }

  /** What an anchor holds is written anew only if all that use it want the same. */
  all(): FilesFixes {
    const [edits, told]: [Edit[], Mistake[]] = [[], [...this.#unfixed]];
    for (const { scalar, replacements } of this.#wanted.values()) {
      const [first] = replacements as [Replacement];
      const { image, reference } = first;
      const edit = editOf(scalar, image.written ?? image.raw, reference);
      const isAgreed =
        replacements.length === scalar.uses && replacements.every((other) => other.reference === reference);
      if (edit === undefined || !isAgreed)
        told.push(unfixed(scalar.location, first, edit === undefined ? NOT_PLAIN : SHARED));
      else edits.push(edit);
    }
    return { edits, unfixed: told };
  }
}

const NOT_PLAIN = ['not in one piece on one line', 'Write it there, in one piece.'] as const;
const SHARED = ['which is also used where it should stay', 'Write it without the anchor.'] as const;
const RECORDED = ['in a recorded review', 'Fix what the review was recorded of.'] as const;

function unfixed(
  { source }: Location,
  { image, reference }: Replacement,
  [how, remedy]: readonly [how: string, remedy: string],
): Mistake {
  return {
    code: MANIFEST_UNFIXED,
    source,
    expected: reference,
    found: `${image.written ?? image.raw}, ${how}`,
    remedy,
  };
}
