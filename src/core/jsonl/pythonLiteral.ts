/**
 * JSON for a Python literal (`repr` of dictionaries, lists, strings, numbers, True, False, None), or undefined if
 * the text is none or if its meaning in JSON is not certain (bytes, sets, nan, names). Numbers keep their spelling.
 */
export function toJsonFromPython(text: string): string | undefined {
  const reader = new Reader(text);
  const json = reader.value(0);
  reader.skipSpace();
  return json !== undefined && reader.atEnd ? json : undefined;
}

const maxDepth = 200;
const simpleEscapes: Readonly<Record<string, string>> = {
  "'": "'",
  '"': '"',
  '\\': '\\',
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  a: '\u0007',
  v: '\u000b',
};
const words: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null', true: 'true', false: 'false', null: 'null' };

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) {
      this.#at += 1;
    }
  }

  value(depth: number): string | undefined {
    this.skipSpace();
    const first = this.#text[this.#at];
    if (depth > maxDepth || first === undefined) {
      return undefined;
    }
    if (first === '{') {
      return this.#dictionary(depth);
    }
    if (first === '[' || first === '(') {
      return this.#list(first === '[' ? ']' : ')', depth);
    }
    const string = this.#strings();
    return string === undefined ? (this.#number() ?? this.#word()) : JSON.stringify(string);
  }

  #dictionary(depth: number): string | undefined {
    const parts: string[] = [];
    const keys = new Set<string>();
    this.#at += 1;
    for (;;) {
      if (this.#take('}')) {
        return `{${parts.join(', ')}}`;
      }
      this.skipSpace();
      const key = this.#strings();
      if (key === undefined || keys.has(key) || !this.#take(':')) {
        return undefined;
      }
      keys.add(key);
      const value = this.value(depth + 1);
      if (value === undefined) {
        return undefined;
      }
      parts.push(`${JSON.stringify(key)}: ${value}`);
      if (!this.#take(',') && !this.#ahead('}')) {
        return undefined;
      }
    }
  }

  #list(close: string, depth: number): string | undefined {
    const parts: string[] = [];
    let commas = 0;
    this.#at += 1;
    for (;;) {
      if (this.#take(close)) {
        // A parenthesis around one value without a comma is that value, not a list of it.
        return close === ')' && commas === 0 && parts.length > 0 ? parts[0] : `[${parts.join(', ')}]`;
      }
      const value = this.value(depth + 1);
      if (value === undefined) {
        return undefined;
      }
      parts.push(value);
      if (this.#take(',')) {
        commas += 1;
      } else if (!this.#ahead(close)) {
        return undefined;
      }
    }
  }

  /** One string, or several that Python joins because they stand side by side. */
  #strings(): string | undefined {
    let joined: string | undefined;
    for (;;) {
      const before = this.#at;
      this.skipSpace();
      const part = this.#string();
      if (part === undefined) {
        this.#at = before;
        return joined;
      }
      joined = (joined ?? '') + part;
    }
  }

  #string(): string | undefined {
    const start = this.#at;
    if (this.#text[start] === 'u') {
      this.#at += 1;
    }
    const quote = this.#text[this.#at];
    if ((quote !== "'" && quote !== '"') || this.#text.startsWith(quote.repeat(3), this.#at)) {
      this.#at = start;
      return undefined;
    }
    let result = '';
    for (this.#at += 1; !this.atEnd; this.#at += 1) {
      const unit = this.#text[this.#at] ?? '';
      if (unit === quote) {
        this.#at += 1;
        return result;
      }
      const piece = unit === '\\' ? this.#escape() : unit;
      if (piece === undefined) {
        break;
      }
      result += piece;
    }
    this.#at = start;
    return undefined;
  }

  /** The character of the escape at the reading position, which is left on its last unit. */
  #escape(): string | undefined {
    this.#at += 1;
    const kind = this.#text[this.#at] ?? '';
    const simple = simpleEscapes[kind];
    if (simple !== undefined) {
      return simple;
    }
    const digits = { x: 2, u: 4, U: 8 }[kind];
    const hex = digits === undefined ? '' : this.#text.slice(this.#at + 1, this.#at + 1 + digits);
    if (digits === undefined || hex.length !== digits || !/^[\da-fA-F]+$/.test(hex)) {
      return undefined;
    }
    this.#at += digits;
    const codePoint = Number.parseInt(hex, 16);
    return codePoint > 0x10ffff ? undefined : String.fromCodePoint(codePoint);
  }

  #number(): string | undefined {
    const found = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/.exec(this.#text.slice(this.#at, this.#at + 400))?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #word(): string | undefined {
    const found = /^[A-Za-z]+\b/.exec(this.#text.slice(this.#at, this.#at + 8))?.[0];
    const json = found === undefined || !Object.hasOwn(words, found) ? undefined : words[found];
    this.#at += json === undefined ? 0 : (found?.length ?? 0);
    return json;
  }

  #take(expected: string): boolean {
    if (!this.#ahead(expected)) {
      return false;
    }
    this.#at += 1;
    return true;
  }

  #ahead(expected: string): boolean {
    this.skipSpace();
    return this.#text[this.#at] === expected;
  }
}
