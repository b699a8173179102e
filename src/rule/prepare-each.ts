import { InvalidEntriesError, type InvalidEntry } from './invalid-entries-error.ts';

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
