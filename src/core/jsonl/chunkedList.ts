const chunkSize = 64;
const groupSize = 64;

type Chunk<T, S> = { readonly items: T[]; summary: S | undefined };
type Group<T, S> = { readonly chunks: Chunk<T, S>[]; length: number; summary: S | undefined };

/** What is known of many items at once. */
export type Summaries<T, S> = {
  of(items: readonly T[]): S;
  /** A new summary of all that the parts are of. */
  sum(parts: readonly S[]): S;
};

/** Items that lie beside each other, the index of the first one, and what is known of all of them. */
type Run<T, S> = { readonly start: number; readonly items: readonly T[]; readonly summary: S };

/**
 * A long list that is edited in the middle. Items lie in chunks of at most 64, and chunks in groups of at most 64;
 * each keeps a summary of its items until one of them changes. An edit costs the length of the change, one chunk, one
 * group, and one step per group.
 */
export class ChunkedList<T, S> {
  readonly #summaries: Summaries<T, S>;
  #groups: Group<T, S>[] = [];
  #length = 0;

  constructor(summaries: Summaries<T, S>) {
    this.#summaries = summaries;
  }

  get length(): number {
    return this.#length;
  }

  get(index: number): T | undefined {
    const { group, offset } = this.#groupAt(index);
    const found = group && chunkAt(group.chunks, offset);
    return found?.chunk.items[found.offset];
  }

  set(index: number, item: T): void {
    const { group, offset } = this.#groupAt(index);
    const found = group && chunkAt(group.chunks, offset);
    if (found) {
      found.chunk.items[found.offset] = item;
      found.chunk.summary = undefined;
      group.summary = undefined;
    }
  }

  /** Removes `removed` items from `start` on and puts `items` there. */
  splice(start: number, removed: number, items: readonly T[]): void {
    const at = Math.min(start, this.#length);
    const gone = Math.min(removed, this.#length - at);
    const { index, group: first, offset } = this.#groupAt(at);
    let end = index + 1;
    for (let covered = (first?.length ?? 0) - offset; covered < gone; end += 1) {
      covered += this.#groups[end]?.length ?? 0;
    }
    const before = this.#groups.slice(index, end).flatMap((group) => group.chunks);
    let chunks = splicedChunks(before, offset, gone, items);
    const neighbour = this.#groups[end];
    if (neighbour && chunks.length + neighbour.chunks.length < groupSize / 2) {
      chunks = [...chunks, ...neighbour.chunks];
      end += 1;
    }
    this.#groups = [...this.#groups.slice(0, index), ...toGroups(chunks), ...this.#groups.slice(end)];
    this.#length += items.length - gone;
  }

  /** What is known of all items. */
  summary(): S {
    return this.#summaries.sum(this.#groups.map((group) => this.#summaryOfGroup(group)));
  }

  /**
   * The chunks that are wanted, in order. A whole group that is not wanted is passed over, so what is wanted of some
   * items must be wanted of more. `end`: index after the last item.
   */
  *runs(wanted: (summary: S, start: number, end: number) => boolean = () => true): IterableIterator<Run<T, S>> {
    let start = 0;
    for (const group of this.#groups) {
      if (!wanted(this.#summaryOfGroup(group), start, start + group.length)) {
        start += group.length;
        continue;
      }
      for (const chunk of group.chunks) {
        const summary = this.#summaryOf(chunk);
        const { items } = chunk;
        if (wanted(summary, start, start + items.length)) {
          yield { start, items, summary };
        }
        start += items.length;
      }
    }
  }

  /** All items in order. */
  *items(): IterableIterator<T> {
    for (const { chunks } of this.#groups) {
      for (const { items } of chunks) yield* items;
    }
  }

  /**
   * Replaces items of the chunks that are wanted as in `runs`, in order, until `stop` says so; it is asked after each
   * item. True if it came to the end.
   */
  replaceWhere(wanted: (summary: S) => boolean, replace: (item: T, index: number) => T, stop: () => boolean): boolean {
    let start = 0;
    for (const group of this.#groups) {
      if (!wanted(this.#summaryOfGroup(group))) {
        start += group.length;
        continue;
      }
      for (const chunk of group.chunks) {
        if (wanted(this.#summaryOf(chunk))) {
          chunk.summary = undefined;
          group.summary = undefined;
          for (let offset = 0; offset < chunk.items.length; offset += 1) {
            const before = chunk.items[offset] as T;
            const after = replace(before, start + offset);
            if (after !== before) {
              chunk.items[offset] = after;
              if (stop()) {
                return false;
              }
            }
          }
        }
        start += chunk.items.length;
      }
    }
    return true;
  }

  #summaryOf(chunk: Chunk<T, S>): S {
    return (chunk.summary ??= this.#summaries.of(chunk.items));
  }

  #summaryOfGroup(group: Group<T, S>): S {
    return (group.summary ??= this.#summaries.sum(group.chunks.map((chunk) => this.#summaryOf(chunk))));
  }

  /** The group of an item, and how far in it the item is; behind the last item, the end of the last group. */
  #groupAt(at: number): { readonly index: number; readonly group: Group<T, S> | undefined; readonly offset: number } {
    let offset = at;
    let index = 0;
    for (; index < this.#groups.length - 1; index += 1) {
      const length = this.#groups[index]?.length ?? 0;
      if (offset < length) {
        break;
      }
      offset -= length;
    }
    return { index, group: this.#groups[index], offset };
  }
}

function chunkAt<T, S>(chunks: readonly Chunk<T, S>[], at: number): { readonly chunk: Chunk<T, S>; readonly index: number; readonly offset: number } | undefined {
  let offset = at;
  for (const [index, chunk] of chunks.entries()) {
    if (offset < chunk.items.length) {
      return { chunk, index, offset };
    }
    offset -= chunk.items.length;
  }
  return undefined;
}

/** Chunks without some of their items, which must be there, and with others in their place; none is empty. */
function splicedChunks<T, S>(chunks: readonly Chunk<T, S>[], at: number, removed: number, items: readonly T[]): Chunk<T, S>[] {
  const last = chunks.at(-1);
  const found = chunkAt(chunks, at) ?? (last && { chunk: last, index: chunks.length - 1, offset: last.items.length });
  if (!found) {
    return toChunks(items);
  }
  const { chunk: first, index, offset } = found;
  const here = Math.min(removed, first.items.length - offset);
  first.items.splice(offset, here);
  first.summary = undefined;
  let left = removed - here;
  let next = index + 1;
  for (let chunk = chunks[next]; chunk && left > 0; chunk = chunks[next]) {
    if (chunk.items.length > left) {
      chunk.items.splice(0, left);
      chunk.summary = undefined;
      break;
    }
    left -= chunk.items.length;
    next += 1;
  }
  let replacement: Chunk<T, S>[];
  if (first.items.length + items.length <= chunkSize) {
    first.items.splice(offset, 0, ...items);
    replacement = first.items.length === 0 ? [] : [first];
  } else {
    const rest = first.items.splice(offset);
    replacement = toChunks<T, S>([...first.items, ...items, ...rest]);
  }
  const spliced = [...chunks.slice(0, index), ...replacement, ...chunks.slice(next)];
  mergeWithNext(spliced, index);
  mergeWithNext(spliced, index - 1);
  return spliced;
}

function mergeWithNext<T, S>(chunks: Chunk<T, S>[], index: number): void {
  const chunk = chunks[index];
  const next = chunks[index + 1];
  if (chunk && next && chunk.items.length + next.items.length < chunkSize / 2) {
    chunk.items.push(...next.items);
    chunk.summary = undefined;
    chunks.splice(index + 1, 1);
  }
}

/** Parts of a list that was cut start three quarters full, so that the next insertions find room. */
function pieces<T>(items: readonly T[], most: number): T[][] {
  const step = items.length <= most ? most : most * 0.75;
  return Array.from({ length: Math.ceil(items.length / step) }, (_, index) => items.slice(index * step, (index + 1) * step));
}

function toChunks<T, S>(items: readonly T[]): Chunk<T, S>[] {
  return pieces(items, chunkSize).map((piece) => ({ items: piece, summary: undefined }));
}

function toGroups<T, S>(chunks: readonly Chunk<T, S>[]): Group<T, S>[] {
  return pieces(chunks, groupSize).map((piece) => ({
    chunks: piece,
    length: piece.reduce((length, { items }) => length + items.length, 0),
    summary: undefined,
  }));
}
