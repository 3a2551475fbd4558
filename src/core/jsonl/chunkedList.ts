const chunkSize = 256;

type Chunk<T, S> = { items: T[]; summary: S | undefined };

/**
 * A long list that is edited in the middle. Items lie in chunks of at most 256; each chunk keeps a summary of its
 * items until one of them changes. An edit costs the length of the change, one chunk, and one step per chunk.
 */
export class ChunkedList<T, S> {
  readonly #summarize: (items: readonly T[]) => S;
  #chunks: Chunk<T, S>[] = [];
  #length = 0;

  constructor(summarize: (items: readonly T[]) => S) {
    this.#summarize = summarize;
  }

  get length(): number {
    return this.#length;
  }

  get(index: number): T | undefined {
    const found = this.#find(index);
    return found && this.#chunks[found.chunk]?.items[found.offset];
  }

  set(index: number, item: T): void {
    const found = this.#find(index);
    const chunk = found && this.#chunks[found.chunk];
    if (chunk) {
      chunk.items[found.offset] = item;
      chunk.summary = undefined;
    }
  }

  /** Removes `removed` items from `start` on and puts `items` there. */
  splice(start: number, removed: number, items: readonly T[]): void {
    const at = Math.min(start, this.#length);
    let left = Math.min(removed, this.#length - at);
    this.#length += items.length - left;
    const found = this.#find(at, true);
    if (!found) {
      this.#chunks.push(...toChunks<T, S>(items));
      return;
    }
    const first = this.#chunks[found.chunk];
    if (!first) {
      return;
    }
    const here = Math.min(left, first.items.length - found.offset);
    const tail = first.items.splice(found.offset, here);
    left -= tail.length;
    let next = found.chunk + 1;
    while (left > 0) {
      const chunk = this.#chunks[next];
      if (!chunk) {
        break;
      }
      if (chunk.items.length > left) {
        chunk.items.splice(0, left);
        chunk.summary = undefined;
        break;
      }
      left -= chunk.items.length;
      next += 1;
    }
    first.summary = undefined;
    let replacement: Chunk<T, S>[];
    if (first.items.length + items.length <= chunkSize) {
      first.items.splice(found.offset, 0, ...items);
      replacement = first.items.length === 0 ? [] : [first];
    } else {
      const rest = first.items.splice(found.offset);
      replacement = toChunks<T, S>([...first.items, ...items, ...rest]);
    }
    if (replacement.length !== next - found.chunk || replacement[0] !== first) {
      this.#chunks.splice(found.chunk, next - found.chunk, ...replacement);
    }
    this.#mergeWithNext(found.chunk);
    this.#mergeWithNext(found.chunk - 1);
  }

  /** The chunks in order, each with the index of its first item and its summary. */
  *chunks(): IterableIterator<{ readonly start: number; readonly items: readonly T[]; readonly summary: S }> {
    let start = 0;
    for (const chunk of this.#chunks) {
      chunk.summary ??= this.#summarize(chunk.items);
      yield { start, items: chunk.items, summary: chunk.summary };
      start += chunk.items.length;
    }
  }

  /**
   * Replaces items of the chunks whose summary is wanted, in order, until `stop` says so; it is asked after each
   * item. True if it came to the end.
   */
  replaceWhere(wanted: (summary: S) => boolean, replace: (item: T, index: number) => T, stop: () => boolean): boolean {
    let start = 0;
    for (const chunk of this.#chunks) {
      chunk.summary ??= this.#summarize(chunk.items);
      if (wanted(chunk.summary)) {
        chunk.summary = undefined;
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
    return true;
  }

  #find(index: number, atEnd = false): { readonly chunk: number; readonly offset: number } | undefined {
    let offset = index;
    for (let chunk = 0; chunk < this.#chunks.length; chunk += 1) {
      const length = this.#chunks[chunk]?.items.length ?? 0;
      if (offset < length || (atEnd && offset === length && chunk === this.#chunks.length - 1)) {
        return { chunk, offset };
      }
      offset -= length;
    }
    return undefined;
  }

  #mergeWithNext(index: number): void {
    const chunk = this.#chunks[index];
    const next = this.#chunks[index + 1];
    if (chunk && next && chunk.items.length + next.items.length < chunkSize / 2) {
      chunk.items.push(...next.items);
      chunk.summary = undefined;
      this.#chunks.splice(index + 1, 1);
    }
  }
}

function toChunks<T, S>(items: readonly T[]): Chunk<T, S>[] {
  const chunks: Chunk<T, S>[] = [];
  // Chunks start three quarters full, so that the next insertions find room.
  const step = items.length <= chunkSize ? chunkSize : chunkSize * 0.75;
  for (let at = 0; at < items.length; at += step) {
    chunks.push({ items: items.slice(at, at + step), summary: undefined });
  }
  return chunks;
}
