import { sketchSize, type Sketch } from './sketch.ts';

/** A place in a page. */
type Place = Pick<Sketch, 'page' | 'start'>;

/** Sizes of places: a sketch takes the next larger one. */
const step = 16;
const placesPerPage = 256;

/**
 * Memory for many small lists of numbers. An array of its own costs an engine several times what a sketch holds, so
 * they share pages; what is released is used again.
 */
export class SketchPages {
  readonly #free = Array.from({ length: sketchSize / step }, (): Place[] => []);
  readonly #last = Array.from<{ readonly page: Int32Array; used: number } | undefined>({ length: sketchSize / step });

  /** Copies the hashes of a sketch. */
  keep(hashes: Int32Array, numbers: number): Sketch {
    const kind = kindOf(hashes.length);
    const { page, start } = this.#free[kind]?.pop() ?? this.#next(kind);
    for (let at = 0; at < hashes.length; at += 1) {
      page[start + at] = hashes[at] ?? 0;
    }
    return { page, start, size: hashes.length, numbers };
  }

  release({ page, start, size }: Sketch): void {
    this.#free[kindOf(size)]?.push({ page, start });
  }

  #next(kind: number): Place {
    const size = (kind + 1) * step;
    let last = this.#last[kind];
    if (last === undefined || last.used === last.page.length) {
      last = { page: new Int32Array(size * placesPerPage), used: 0 };
      this.#last[kind] = last;
    }
    last.used += size;
    return { page: last.page, start: last.used - size };
  }
}

function kindOf(size: number): number {
  return Math.max(0, Math.ceil(size / step) - 1);
}
