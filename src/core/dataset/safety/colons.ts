import { isEscaped } from '../../jsonl/scan.ts';
import { isSpace } from '../../jsonl/lines.ts';

/** What the colons of a text show; one walk over them serves two rules. */
export type Colons = {
  /**
   * Number of keys written in a valid JSON text, or more where a string starts with a colon: it counts the colons
   * that follow a quote. More keys than the parsed value holds mean that some may occur twice.
   */
  readonly keys: number;
  /** Hexadecimal digits before and after a colon, as in the first two groups of a global IPv6 address. */
  readonly groups: boolean;
};

const quote = 34;

export function colonsOf(text: string): Colons {
  let keys = 0;
  let groups = false;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    let before = at - 1;
    let unit = text.charCodeAt(before);
    while (isSpace(unit)) {
      before -= 1;
      unit = text.charCodeAt(before);
    }
    if (unit === quote) {
      keys += isEscaped(text, before) ? 0 : 1;
    } else if (!groups && before === at - 1 && isHexadecimal(unit)) {
      groups = /^[23][\da-f]{3}:[\da-f]/i.test(text.slice(at - 4, at + 2));
    }
  }
  return { keys, groups };
}

function isHexadecimal(unit: number): boolean {
  return (unit >= 48 && unit <= 57) || (unit >= 97 && unit <= 102) || (unit >= 65 && unit <= 70);
}
