import { sketchSize } from './sketch.ts';

/** A place for numbers in a page. */
export type Kept = { readonly page: Int32Array; readonly start: number; readonly size: number };

/** Sizes of places: a sketch takes the next larger one. */
const step = 16;
const placesPerPage = 256;

/**
 * Memory for many small lists of numbers. An array of its own costs an engine several times what a sketch holds, so
 * they share pages; what is released is used again.
 */
export class SketchPages {
  readonly #free = Array.from({ length: sketchSize / step }, (): Kept[] => []);
  readonly #last = Array.from<{ readonly page: Int32Array; used: number } | undefined>({ length: sketchSize / step });

  /** Copies up to 64 numbers. */
  keep(numbers: Int32Array): Kept {
    const kind = Math.max(0, Math.ceil(numbers.length / step) - 1);
    const place = this.#free[kind]?.pop() ?? this.#next(kind);
    for (let at = 0; at < numbers.length; at += 1) {
      place.page[place.start + at] = numbers[at] ?? 0;
    }
    return { page: place.page, start: place.start, size: numbers.length };
  }

  release(kept: Kept): void {
    const { page, start, size } = kept;
    this.#free[Math.max(0, Math.ceil(size / step) - 1)]?.push({ page, start, size });
  }

  #next(kind: number): Kept {
    const size = (kind + 1) * step;
    let last = this.#last[kind];
    if (last === undefined || last.used === last.page.length) {
      last = { page: new Int32Array(size * placesPerPage), used: 0 };
      this.#last[kind] = last;
    }
    last.used += size;
    return { page: last.page, start: last.used - size, size };
  }
}
