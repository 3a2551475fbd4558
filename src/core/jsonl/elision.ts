/**
 * Embedded files (`data:` URLs in Base64) make lines of a hundred megabytes of which nothing but length and alphabet
 * matter. In a long line the middle of each is left out: a stub stands for it, made of what was left out, so that the
 * same file has the same stub.
 */
export type Elision = {
  /** Where the stub starts in the text that is left, in UTF-16 units. */
  readonly start: number;
  /** So many columns of the line are missing, besides those that the stub takes. */
  readonly columns: number;
  /** So many characters of the string are missing: fewer where its slashes are escaped. */
  readonly units: number;
  readonly stub: string;
};

/** So much of a run of Base64 is kept at its start, and at least so much at its end. */
const keptStart = 64 * 1024;
const keptEnd = 16;
export const stubLength = 12;
/** What is left out is a multiple of this, so that the rest is as good Base64 as the whole. */
const group = 12;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const inBase64 = ((): Uint8Array => {
  const table = new Uint8Array(256);
  for (const unit of alphabet) {
    table[unit.charCodeAt(0)] = 1;
  }
  return table;
})();
const marker = Uint8Array.from(';base64,', (unit) => unit.charCodeAt(0));
const backslash = 92;
const slash = 47;

/** An elision by bytes, while its line is read. */
type ElidedBytes = Omit<Elision, 'start'> & { readonly at: number };

type Run = {
  length: number;
  /** The last characters, of which some may be left out yet. */
  tail: Uint8Array;
  dropped: number;
  escapes: number;
  low: number;
  high: number;
};

/** Leaves long Base64 out of one line whose bytes arrive in pieces. */
export class Elider {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #elided: ElidedBytes[] = [];
  #written = 0;
  #matched = 0;
  #run: Run | undefined;
  /** A backslash in a run, whose next byte tells what it is. */
  #escaping = false;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      at = this.#run ? this.#takeRun(bytes, at, this.#run) : this.#takeText(bytes, at);
    }
  }

  /** What was left out of the line, by bytes of what was written. */
  end(): readonly ElidedBytes[] {
    this.#endRun();
    return this.#elided;
  }

  #emit(bytes: Uint8Array): void {
    this.#written += bytes.length;
    this.#write(bytes);
  }

  /** Up to the end of the next mark of Base64. */
  #takeText(bytes: Uint8Array, start: number): number {
    let at = start;
    while (at < bytes.length) {
      if (this.#matched === 0) {
        const next = bytes.indexOf(marker[0] ?? 0, at);
        if (next === -1) {
          at = bytes.length;
          break;
        }
        at = next;
      }
      const byte = bytes[at] ?? 0;
      this.#matched = byte === marker[this.#matched] ? this.#matched + 1 : byte === marker[0] ? 1 : 0;
      at += 1;
      if (this.#matched === marker.length) {
        this.#matched = 0;
        this.#run = { length: 0, tail: new Uint8Array(0), dropped: 0, escapes: 0, low: 7, high: 11 };
        break;
      }
    }
    this.#emit(bytes.subarray(start, at));
    return at;
  }

  #takeRun(bytes: Uint8Array, start: number, run: Run): number {
    if (this.#escaping) {
      this.#escaping = false;
      if (bytes[start] !== slash) {
        this.#endRun();
        this.#emit(Uint8Array.of(backslash));
        return start;
      }
      if (run.length < keptStart) {
        this.#emit(Uint8Array.of(backslash, slash));
        run.length += 1;
      } else {
        run.escapes += 1;
        this.#drop(Uint8Array.of(slash), run);
      }
      return start + 1;
    }
    const most = run.length < keptStart ? Math.min(bytes.length, start + keptStart - run.length) : bytes.length;
    let end = start;
    while (end < most && inBase64[bytes[end] ?? 0] === 1) {
      end += 1;
    }
    if (run.length < keptStart) {
      this.#emit(bytes.subarray(start, end));
      run.length += end - start;
    } else {
      this.#drop(bytes.subarray(start, end), run);
    }
    if (end === most) {
      return end;
    }
    if (bytes[end] === backslash) {
      this.#escaping = true;
      return end + 1;
    }
    this.#endRun();
    return end;
  }

  /** Takes more of a run behind its kept start, and leaves out all but its last characters. */
  #drop(bytes: Uint8Array, run: Run): void {
    const whole = run.tail.length + bytes.length;
    const drop = Math.max(0, Math.floor((whole - keptEnd) / group) * group);
    const ofTail = Math.min(drop, run.tail.length);
    digest(run.tail.subarray(0, ofTail), run);
    digest(bytes.subarray(0, drop - ofTail), run);
    run.dropped += drop;
    const tail = new Uint8Array(whole - drop);
    tail.set(run.tail.subarray(ofTail));
    tail.set(bytes.subarray(drop - ofTail), run.tail.length - ofTail);
    run.tail = tail;
  }

  #endRun(): void {
    const run = this.#run;
    this.#run = undefined;
    if (run && run.dropped > 0) {
      const stub = stubOf(run);
      const missing = run.dropped - stubLength;
      this.#elided.push({ at: this.#written, columns: missing + run.escapes, units: missing, stub });
      this.#emit(Uint8Array.from(stub, (unit) => unit.charCodeAt(0)));
    }
    if (run) {
      this.#emit(run.tail);
    }
    if (this.#escaping) {
      this.#escaping = false;
      this.#emit(Uint8Array.of(backslash));
    }
  }
}

function digest(bytes: Uint8Array, run: Run): void {
  let { low, high } = run;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    low = Math.imul(low ^ byte, 0x9e3779b1);
    low ^= low >>> 15;
    high = Math.imul(high ^ byte, 0x5f356495);
    high ^= high >>> 13;
  }
  run.low = low;
  run.high = high;
}

/** Twelve characters of Base64: 64 bits of what was left out, and eight of its length. */
function stubOf({ low, high, dropped }: Run): string {
  let stub = '';
  for (const [word, count] of [[low, 5], [high, 5], [dropped / group, 2]] as const) {
    for (let place = 0; place < count; place += 1) {
      stub += alphabet[(word >>> (6 * place + (count === 5 ? 2 : 0))) & 63] ?? 'A';
    }
  }
  return stub;
}

/** The column of the whole line that a place of the text that is left stands for. */
export function columnOf(place: number, elided: readonly Elision[]): number {
  let column = place;
  for (const { start, columns } of elided) {
    if (place >= start + stubLength) {
      column += columns;
    }
  }
  return column;
}

/** Characters that are missing in a string of the text that is left. */
export function missingUnits(text: string, elided: readonly Elision[]): number {
  // The stub stands right before the last characters, and before what pads them.
  const end = text.length > keptStart ? text.slice(-(stubLength + keptEnd + group + 2)) : '';
  return elided.find(({ stub }) => end !== '' && end.includes(stub))?.units ?? 0;
}
