/** A page of a list, as every list answers. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/**
 * Puts the newest page on top of the rows that are shown already, so that none is lost between them while rows are
 * added at the top. Where the two have no row in common too much is new: the list begins again with the newest page.
 */
export function joinNewest<T extends { readonly id: string }>(shown: ListPage<T>, newest: ListPage<T>): ListPage<T> {
  if (newest.nextCursor === null) return newest; // it is the whole list, also when rows have left it
  const last = newest.items.at(-1);
  const at = shown.items.findIndex((row) => row.id === last?.id);
  if (at < 0 || at === shown.items.length - 1) return newest;
  return { items: [...newest.items, ...shown.items.slice(at + 1)], nextCursor: shown.nextCursor };
}
