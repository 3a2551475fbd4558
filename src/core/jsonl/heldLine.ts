import { Elider, type Elision } from './elision.ts';

/** A line that is longer has its embedded files left out, if that is wanted. In bytes. */
const elidedFrom = 1 << 20;
const usualCapacity = 64 * 1024;

/** The bytes of a line that is not complete yet; the pieces they came in are not needed any more. */
export class HeldLine {
  readonly #maximum: number;
  readonly #elides: boolean;
  #bytes = new Uint8Array(usualCapacity);
  #length = 0;
  #elider: Elider | undefined;
  /** Bytes of a line over the limit that were thrown away. */
  #skipped = 0;

  constructor(maximum: number, elides: boolean) {
    this.#maximum = maximum;
    this.#elides = elides;
  }

  get isEmpty(): boolean {
    return this.#length === 0 && this.#skipped === 0 && this.#elider === undefined;
  }

  push(piece: Uint8Array): void {
    if (this.#skipped > 0) {
      this.#skipped += piece.length;
      return;
    }
    if (this.#elides && this.#elider === undefined && this.#length + piece.length > elidedFrom) {
      const before = this.#bytes.subarray(0, this.#length);
      this.#bytes = new Uint8Array(2 * elidedFrom);
      this.#length = 0;
      this.#elider = new Elider((bytes) => this.#append(bytes));
      this.#elider.push(before);
    }
    if (this.#elider && this.#skipped === 0) {
      this.#elider.push(piece);
    } else {
      this.#append(piece);
    }
  }

  /** The whole line, and what was left out of it; the number of its bytes if it is over the limit. It is empty then. */
  take(): { readonly bytes: Uint8Array; readonly elided: readonly Elision[] } | { readonly bytes: undefined; readonly skipped: number } {
    const found = this.#elider?.end() ?? [];
    if (this.#skipped > 0) {
      const skipped = this.#skipped;
      this.#clear();
      return { bytes: undefined, skipped };
    }
    const bytes = this.#bytes.slice(0, this.#length);
    this.#clear();
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const elided = found.map(({ at, ...rest }) => ({ ...rest, start: decoder.decode(bytes.subarray(0, at)).length }));
    return { bytes, elided };
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (this.#skipped > 0 || needed > this.#maximum) {
      this.#skipped += this.#skipped > 0 ? bytes.length : needed;
      this.#length = 0;
      this.#bytes = new Uint8Array(0);
      return;
    }
    if (needed > this.#bytes.length) {
      const more = new Uint8Array(Math.min(this.#maximum, Math.max(needed, 2 * this.#bytes.length)));
      more.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = more;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = needed;
  }

  #clear(): void {
    this.#length = 0;
    this.#skipped = 0;
    this.#elider = undefined;
    if (this.#bytes.length !== usualCapacity) {
      this.#bytes = new Uint8Array(usualCapacity);
    }
  }
}
