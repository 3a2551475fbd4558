import { isBlank, withoutMark } from '../jsonl/lines.ts';
import type { LineSource } from '../jsonl/position.ts';
import { scanBrackets } from '../jsonl/scan.ts';
import type { Framing } from './format.ts';

/** A pretty-printed first value longer than this is not looked for. */
const maxLines = 2000;
const maxUnits = 1 << 20;

/** What the framing of a file can be told from. */
export type FileEnds = {
  /** The first lines that are not blank; one is enough unless it is the beginning of a longer value. */
  readonly head: readonly string[];
  /** The last line that is not blank; undefined if it is also the first. */
  readonly last: string | undefined;
};

/**
 * How a file is cut into examples. An array starts with a bracket in a first line that is no JSON by itself (or is
 * all there is) and ends with one; a pretty-printed file starts with an object that takes several lines.
 */
export function framingOf({ head, last }: FileEnds): Framing {
  const first = head[0] ?? '';
  const start = first.trimStart();
  if (start.startsWith('[')) {
    const alone = last === undefined;
    return (alone ? first : last).trimEnd().endsWith(']') && (alone || !isJson(first)) ? 'array' : 'lines';
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
    const first = this.lines.length === 1;
    this.#settled =
      this.lines.length >= maxLines ||
      this.#units > maxUnits ||
      (first && (!line.trimStart().startsWith('{') || isJson(line))) ||
      (this.lines.length === 2 && isJson(line));
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(withoutMark(text));
    return true;
  } catch {
    return false;
  }
}
