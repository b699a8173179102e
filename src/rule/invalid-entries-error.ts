/** One invalid entry of a list. */
export interface InvalidEntry {
  /** Its index in the list, from 0. */
  readonly index: number;
  readonly expected: string;
  readonly found: string;
  /** What to do, a whole sentence. */
  readonly remedy: string;
}

/** Thrown by `prepare` with all invalid entries of a list. The engine adds where the list is configured. */
export class InvalidEntriesError extends Error {
  override readonly name = 'InvalidEntriesError';
  /** The list itself, by which the engine finds the option. */
  readonly list: readonly unknown[];
  readonly entries: readonly InvalidEntry[];

  constructor(list: readonly unknown[], entries: readonly InvalidEntry[]) {
    super(
      entries
        .map(
          ({ index, expected, found, remedy }) => `entry ${index + 1}: expected ${expected}, found ${found}. ${remedy}`,
        )
        .join('\n'),
    );
    this.list = list;
    this.entries = entries;
  }
}

/**
 * Prepares each item of a list whose items contain lists or patterns. Mistakes within an item are reported at the item's
 * index, where the operator finds them.
 *
 * @throws {InvalidEntriesError} with all invalid entries of all items.
 */
export function prepareEach<Item, Prepared>(
  items: readonly Item[],
  prepare: (item: Item, index: number) => Prepared,
): readonly Prepared[] {
  const invalid: InvalidEntry[] = [];
  const prepared: Prepared[] = [];
  for (const [index, item] of items.entries()) {
    try {
      prepared.push(prepare(item, index));
    } catch (error) {
      if (!(error instanceof InvalidEntriesError)) throw error;
      invalid.push(...error.entries.map((entry) => ({ ...entry, index })));
    }
  }
  if (invalid.length > 0) throw new InvalidEntriesError(items, invalid);
  return prepared;
}
