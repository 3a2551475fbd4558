import { clearMergeCache, countTokens as count } from 'gpt-tokenizer/encoding/o200k_base';
import { O200K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';

/** Names of special tokens in a text are text. */
const asText = { disallowedSpecial: new Set<string>() };

/** Merging is quadratic in the length of an unbroken piece, so longer pieces are counted in parts of this length. */
const longestPiece = 400;
const longRun = new RegExp(`\\S{${longestPiece}}|\\s{${longestPiece}}`);

/**
 * The library's cache of pieces becomes a hundred times slower at each hit once it is full (100,000 pieces), so it is
 * emptied before, and at a text that fills it with pieces that never come again. In UTF-16 units.
 */
const clearedAfter = 4 << 20;
let sinceCleared = 0;

/**
 * Tokens of a text in OpenAI's o200k_base vocabulary. Exact, except in unbroken pieces of more than 400 characters
 * (one letter a thousand times), where the count may be a little high and stays linear in time. The vocabulary is
 * 2 MB: load this module only where tokens are counted.
 */
export function countTokens(text: string): number {
  sinceCleared += text.length;
  if (sinceCleared > clearedAfter) {
    clearMergeCache();
    sinceCleared = 0;
  }
  if (!longRun.test(text)) {
    return count(text, asText);
  }
  clearMergeCache();
  let total = 0;
  let start = 0;
  for (const { 0: piece, index } of text.matchAll(O200K_TOKEN_SPLIT_REGEX)) {
    if (piece.length > longestPiece) {
      total += (index > start ? count(text.slice(start, index), asText) : 0) + countInParts(piece);
      start = index + piece.length;
    }
  }
  return total + (start < text.length ? count(text.slice(start), asText) : 0);
}

function countInParts(piece: string): number {
  let total = 0;
  for (let start = 0; start < piece.length; ) {
    let end = Math.min(piece.length, start + longestPiece);
    // A pair of surrogates is one character.
    end -= end < piece.length && /[\uD800-\uDBFF]/.test(piece[end - 1] ?? '') ? 1 : 0;
    total += count(piece.slice(start, end), asText);
    start = end;
  }
  return total;
}
