const quote = 34;
const backslash = 92;

/** Offset of the quote that ends the string whose opening quote is at `open`; -1 if it does not end. */
export function endOfString(text: string, open: number): number {
  let end = text.indexOf('"', open + 1);
  while (end !== -1 && text.charCodeAt(end - 1) === backslash && isEscaped(text, end)) {
    end = text.indexOf('"', end + 1);
  }
  return end;
}

type Brackets = {
  /** Deepest nesting. */
  readonly depth: number;
  /** Brackets still open at the end, innermost first, as the text that closes them. */
  readonly closers: string;
  /** Offset after the bracket that closed the first value; undefined while one is open. */
  readonly firstEnd: number | undefined;
  readonly inString: boolean;
  /** A closing bracket without its opening one. */
  readonly broken: boolean;
};

/** Nesting of a text that need not be valid JSON; it stops after the first complete value if `firstOnly`. */
export function scanBrackets(text: string, firstOnly = false): Brackets {
  const open: string[] = [];
  let depth = 0;
  let firstEnd: number | undefined;
  const result = (inString: boolean, broken: boolean): Brackets => ({
    depth,
    closers: open.toReversed().join(''),
    firstEnd,
    inString,
    broken,
  });
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfString(text, at);
        if (end === -1) {
          return result(true, false);
        }
        at = end;
        break;
      }
      case 123:
        open.push('}');
        depth = Math.max(depth, open.length);
        break;
      case 91:
        open.push(']');
        depth = Math.max(depth, open.length);
        break;
      case 125:
      case 93: {
        if (open.pop() !== text[at]) {
          return result(false, true);
        }
        if (open.length === 0) {
          firstEnd ??= at + 1;
          if (firstOnly) {
            return result(false, false);
          }
        }
        break;
      }
      default:
    }
  }
  return result(false, false);
}

/** True if an odd number of backslashes stands before a place. */
export function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  for (let before = at - 1; before >= 0 && text.charCodeAt(before) === backslash; before -= 1) {
    slashes += 1;
  }
  return slashes % 2 === 1;
}
