/** What is kept of each line, in 21 bytes; grown by doubling. */
export class LineColumns {
  length = 0;
  /** Index into the kinds of lines. */
  kinds = new Uint8Array(1024);
  /** One bit for each of the first roles, the last one for all others. */
  roles = new Uint16Array(1024);
  /** Number of the system prompt. */
  systems = new Uint16Array(1024);
  /** -1 where there are none. */
  turns = new Int32Array(1024);
  /** -1 for lines that are no examples. */
  characters = new Int32Array(1024);
  /** `unknownTokens`, `noTokens`, or their number. */
  tokens = new Int32Array(1024);
  /** The first line with the same example, which may be the line itself; -1 for others. */
  firsts = new Int32Array(1024);

  /** Appends a line of a kind that holds nothing. */
  add(kind: number): number {
    if (this.length === this.kinds.length) this.#grow();
    const line = this.length;
    this.length += 1;
    this.kinds[line] = kind;
    this.turns[line] = -1;
    this.characters[line] = -1;
    this.tokens[line] = noTokens;
    this.firsts[line] = -1;
    return line;
  }

  #grow(): void {
    const longer = <T extends Uint8Array | Uint16Array | Int32Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    const size = 2 * this.length;
    this.kinds = longer(this.kinds, new Uint8Array(size));
    this.roles = longer(this.roles, new Uint16Array(size));
    this.systems = longer(this.systems, new Uint16Array(size));
    this.turns = longer(this.turns, new Int32Array(size));
    this.characters = longer(this.characters, new Int32Array(size));
    this.tokens = longer(this.tokens, new Int32Array(size));
    this.firsts = longer(this.firsts, new Int32Array(size));
  }
}

/** Tokens of an example that are not counted yet, and of a line that has none or whose tokens cannot be counted. */
export const unknownTokens = -1;
export const noTokens = -2;
