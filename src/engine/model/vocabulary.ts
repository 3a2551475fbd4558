import { piecesOf } from './pieces.ts';

/** Tokens that no text can produce. Their position is their id. */
export const specialTokens = ['<|end|>', '<|system|>', '<|user|>', '<|assistant|>', '<|tool|>'] as const;
export type SpecialToken = (typeof specialTokens)[number];

export const firstByteToken = specialTokens.length;
export const firstMergedToken = firstByteToken + 256;

/** A merge of two tokens into the next free id; earlier merges go first. */
export type Merge = readonly [left: number, right: number];

const maxCachedPieces = 50_000;

/**
 * A byte-pair vocabulary over bytes: ids are the special tokens, the 256 bytes, then one id per merge. Every text
 * without lone surrogates survives encoding and decoding.
 */
export class Vocabulary {
  readonly merges: readonly Merge[];
  readonly size: number;
  readonly #bytes: readonly Uint8Array[];
  readonly #ranks: ReadonlyMap<number, number>;
  readonly #cache = new Map<string, readonly number[]>();
  readonly #encoder = new TextEncoder();

  /** @throws Error if a merge uses a token that does not exist before it */
  constructor(merges: readonly Merge[]) {
    this.merges = merges;
    this.size = firstMergedToken + merges.length;
    const bytes: Uint8Array[] = specialTokens.map(() => new Uint8Array(0));
    for (let byte = 0; byte < 256; byte += 1) {
      bytes.push(Uint8Array.of(byte));
    }
    const ranks = new Map<number, number>();
    for (const [left, right] of merges) {
      const [head, tail] = [bytes[left], bytes[right]];
      if (!head?.length || !tail?.length) {
        throw new Error('The model\'s vocabulary holds a merge of tokens that do not exist');
      }
      const joined = new Uint8Array(head.length + tail.length);
      joined.set(head);
      joined.set(tail, head.length);
      ranks.set(left * this.size + right, bytes.length);
      bytes.push(joined);
    }
    this.#bytes = bytes;
    this.#ranks = ranks;
  }

  /** The bytes of a token; none for a special one. */
  bytesOf(token: number): Uint8Array {
    const bytes = this.#bytes[token];
    if (bytes === undefined) {
      throw new RangeError(`There is no token ${token} in a vocabulary of ${this.size}`);
    }
    return bytes;
  }

  /** Appends the tokens of a text. Special tokens written in the text are text. */
  encodeInto(text: string, tokens: number[]): void {
    for (const piece of piecesOf(text)) {
      for (const token of this.#encodePiece(piece)) {
        tokens.push(token);
      }
    }
  }

  encode(text: string): number[] {
    const tokens: number[] = [];
    this.encodeInto(text, tokens);
    return tokens;
  }

  /** Special tokens give nothing; bytes that are no UTF-8 give U+FFFD. */
  decode(tokens: Iterable<number>): string {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let text = '';
    for (const token of tokens) {
      text += decoder.decode(this.bytesOf(token), { stream: true });
    }
    return text + decoder.decode();
  }

  /** Merges the earliest learned pair until none is left; a piece is short, so scanning it again is cheap. */
  #encodePiece(piece: string): readonly number[] {
    const known = this.#cache.get(piece);
    if (known !== undefined) {
      return known;
    }
    const tokens = Array.from(this.#encoder.encode(piece), (byte) => firstByteToken + byte);
    for (;;) {
      let best = Number.POSITIVE_INFINITY;
      let at = -1;
      for (let i = 0; i + 1 < tokens.length; i += 1) {
        const merged = this.#ranks.get((tokens[i] as number) * this.size + (tokens[i + 1] as number));
        if (merged !== undefined && merged < best) {
          best = merged;
          at = i;
        }
      }
      if (at < 0) {
        break;
      }
      tokens.splice(at, 2, best);
    }
    if (this.#cache.size >= maxCachedPieces) {
      this.#cache.clear();
    }
    this.#cache.set(piece, tokens);
    return tokens;
  }
}

/** The vocabulary as the text of `tokenizer.json`. */
export function vocabularyText(vocabulary: Vocabulary): string {
  return `${JSON.stringify({ type: 'byte-pair', version: 1, specialTokens, merges: vocabulary.merges })}\n`;
}

/** @throws Error if the text is no vocabulary of this version */
export function parseVocabulary(text: string): Vocabulary {
  const value: unknown = JSON.parse(text);
  const fields = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const { type, version, specialTokens: special, merges } = fields;
  if (type !== 'byte-pair' || version !== 1 || JSON.stringify(special) !== JSON.stringify(specialTokens)) {
    throw new Error('The model\'s vocabulary was made by another version and cannot be loaded');
  }
  if (!Array.isArray(merges) || !merges.every(isMerge)) {
    throw new Error('The model\'s vocabulary has no valid list of merges');
  }
  return new Vocabulary(merges);
}

function isMerge(value: unknown): value is Merge {
  return Array.isArray(value) && value.length === 2 && value.every((token) => Number.isInteger(token));
}
