const lineBreak = /\r\n|\n|\r/;

/** The lines of a text, broken as editors break it: at CRLF, LF and CR, not at U+2028. At least one. */
export function splitLines(text: string): string[] {
  return text.includes('\r') ? text.split(lineBreak) : text.split('\n');
}

/** Number of line breaks in a text. */
export function countLineBreaks(text: string): number {
  let count = 0;
  if (!text.includes('\r')) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      count += 1;
    }
    return count;
  }
  return splitLines(text).length - 1;
}

/** True for a line that holds nothing but white space (or nothing). */
export function isBlank(line: string): boolean {
  return line.length === 0 || line.trim().length === 0;
}

/** JSON's own white space within one line. */
export function isSpace(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 13 || unit === 10;
}

/** The JSON of a line: a file's first one may begin with a byte-order mark. */
export function withoutMark(line: string): string {
  return line.startsWith('\uFEFF') ? line.slice(1) : line;
}
