/** One entry of a list that cannot mean what its author hoped. */
export interface InvalidEntry {
  /** Its place in the list, from 0. */
  readonly index: number;
  readonly expected: string;
  readonly found: string;
  /** What to do, a whole sentence. */
  readonly remedy: string;
}

/** What `prepare` throws for a list with bad entries: all of them. The engine adds where the list was written. */
export class InvalidEntriesError extends Error {
  override readonly name = 'InvalidEntriesError';
  /** The list as it was given: by it the engine knows which option it is. */
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
 * Prepares each item of a list whose items have lists or patterns of their own. What is wrong within an item is told
 * under the item's place, since that is where an operator finds it.
 *
 * @throws {InvalidEntriesError} with all that is wrong in all items.
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
