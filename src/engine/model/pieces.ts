/**
 * Cuts text into the pieces inside which byte pairs are merged: a word or a number with the space before it, a run of
 * signs, white space. No merge crosses a piece, so the pieces may be counted and cached. A piece is at most 24
 * characters long: a run of 200,000 letters must not cost more per letter than a word does.
 */
const pattern = / ?[\p{L}\p{M}]{1,24}| ?\p{N}{1,3}| ?[^\s\p{L}\p{M}\p{N}]{1,24}|\s{1,24}(?!\S)|\s{1,24}/gu;

/** UTF-16 units of the longest piece: a space and 24 characters of two. A token never reaches beyond its piece. */
export const maxPieceLength = 49;

/** The pieces in order; joined they are the text. */
export function* piecesOf(text: string): Generator<string, void, undefined> {
  for (const match of text.matchAll(pattern)) {
    yield match[0];
  }
}
