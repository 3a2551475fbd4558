import type { Span } from '../jsonl/position.ts';

/**
 * What nobody sees and a model reads: marks of direction that turn a text around, zero-width spaces, joiners after a
 * Latin letter or digit, byte-order marks inside, tag characters (a whole alphabet of its own), NUL; as they are or
 * written as escapes. Marks and joiners that scripts and emoji need are left alone.
 */
const everywhere =
  /[\u061c\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|(?<=[0-9A-Za-z])[\u200c\u200d]|\udb40[\udc00-\udc7f]|\\u(?:0000|061[cC]|200[bB]|202[a-eA-E]|206[0-46-9]|[fF][eE][fF][fF]|[dD][bB]40\\u[dD][cC][0-7][0-9a-fA-F])/g;
/** Simple, and so several times as fast: no line of Latin letters is looked at by it. */
const possible = /[\u061c\u200b-\u200d\u202a-\u202e\u2060-\u2069\ufeff\udb40]/;

/** True if a line may hold such characters. */
export function mayHoldInvisible(line: string): boolean {
  return line.includes('\\u') || possible.test(line);
}

/** The invisible characters of a line, in order. `first`: a byte-order mark may stand at its start. */
export function findInvisible(line: string, first: boolean): readonly { readonly span: Span; readonly codePoint: number }[] {
  const found: { span: Span; codePoint: number }[] = [];
  for (const { 0: text, index } of line.matchAll(everywhere)) {
    const escaped = text.startsWith('\\');
    if ((first && index === 0 && text === '\uFEFF') || (escaped && slashesBefore(line, index) % 2 === 1)) {
      continue;
    }
    const written = escaped ? (JSON.parse(`"${text}"`) as string) : text;
    found.push({ span: { start: index, end: index + text.length }, codePoint: written.codePointAt(0) ?? 0 });
  }
  return found;
}

function slashesBefore(line: string, at: number): number {
  let slashes = 0;
  while (line[at - 1 - slashes] === '\\') {
    slashes += 1;
  }
  return slashes;
}
