import { isBlank, withoutMark } from '../jsonl/lines.ts';
import type { LineSource } from '../jsonl/position.ts';
import { scanBrackets } from '../jsonl/scan.ts';
import { countCells } from '../prepare/delimiter.ts';
import type { Framing } from './format.ts';

/** A pretty-printed first value longer than this is not looked for. */
const maxLines = 2000;
const maxUnits = 1 << 20;
/** Rows of a table may be many lines long; if no second one ends in these, it is not told as a table. */
const maxTableLines = 500;
const maxTableUnits = 1 << 18;
/** Names of columns are shorter; a longer cell in the first row is prose with a comma. In UTF-16 units. */
const longestName = 60;

/** What the framing of a file can be told from. */
export type FileEnds = {
  /** The first lines that are not blank; one is enough unless it is the beginning of a longer value. */
  readonly head: readonly string[];
  /** The last line that is not blank; undefined if it is also the first. */
  readonly last: string | undefined;
};

/**
 * How a file is cut into examples. An array starts with a bracket in a first line that is no JSON by itself (or is
 * all there is) and ends with one; a pretty-printed file starts with an object that takes several lines; a table starts
 * with short names, and its first rows have as many cells.
 */
export function framingOf({ head, last }: FileEnds): Framing {
  const first = head[0] ?? '';
  const start = first.trimStart();
  if (start.startsWith('[')) {
    const alone = last === undefined;
    return (alone ? first : last).trimEnd().endsWith(']') && (alone || !isJson(first)) ? 'array' : 'lines';
  }
  if (startsTable(first)) {
    return isTable(head) ? 'table' : 'lines';
  }
  if (!start.startsWith('{') || head.length < 2 || isJson(first) || isJson(head[1] ?? '')) {
    return 'lines';
  }
  const text = head.join('\n');
  const { firstEnd } = scanBrackets(text, true);
  return firstEnd !== undefined && firstEnd > first.length && isJson(text.slice(0, firstEnd)) ? 'prettyPrinted' : 'lines';
}

/** The ends of a text of lines. It reads one line at each end, and more only where the first one is no JSON. */
export function endsOf(source: LineSource): FileEnds {
  let from = 0;
  while (from < source.lineCount - 1 && isBlank(source.lineAt(from))) {
    from += 1;
  }
  let to = source.lineCount - 1;
  while (to > from && isBlank(source.lineAt(to))) {
    to -= 1;
  }
  const head = new Head();
  for (let line = from; line <= to && head.wantsMore; line += 1) {
    head.add(source.lineAt(line));
  }
  return { head: head.lines, last: to > from ? source.lineAt(to) : undefined };
}

/** Gathers as many first lines as the framing may depend on. */
export class Head {
  readonly lines: string[] = [];
  #units = 0;
  #settled = false;

  get wantsMore(): boolean {
    return !this.#settled;
  }

  add(line: string): void {
    if (this.#settled || isBlank(line)) {
      return;
    }
    this.lines.push(line);
    this.#units += line.length;
    const { length } = this.lines;
    if (startsTable(this.lines[0] ?? '')) {
      this.#settled = length >= maxTableLines || this.#units > maxTableUnits || (length === 2 && isBracketed(line));
      return;
    }
    this.#settled =
      length >= maxLines ||
      this.#units > maxUnits ||
      (length === 1 && (!line.trimStart().startsWith('{') || isJson(line))) ||
      (length === 2 && isJson(line));
  }
}

const delimiters = [',', ';', '\t', '|'];

/** True if a first line may hold the names of columns. */
function startsTable(line: string): boolean {
  return !/^\uFEFF?\s*(?:[{[]|\/\/|#)/.test(line) && delimiters.some((delimiter) => line.includes(delimiter)) && !isJson(line);
}

/** True if the first rows have as many cells as there are names, by one of the delimiters. */
function isTable(head: readonly string[]): boolean {
  if (head.length < 2 || isBracketed(head[1] ?? '')) {
    return false;
  }
  const text = `${head.join('\n')}\n`;
  return delimiters.some((delimiter) => {
    const [names = 0, ...rows] = countCells(text, delimiter, false);
    const areShort = (head[0] ?? '').split(delimiter).every((name) => name.length <= longestName);
    return areShort && names >= 2 && rows.length > 0 && rows.every((cells) => cells === names);
  });
}

/** Lines of examples, even broken ones, start so; the first row of a table seldom does. */
function isBracketed(line: string): boolean {
  return /^\s*[{[]/.test(line);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(withoutMark(text));
    return true;
  } catch {
    return false;
  }
}
