import { columnOf } from '../jsonl/elision.ts';
import { isBlank } from '../jsonl/lines.ts';
import type { DatasetOptions } from './document.ts';
import { formats, type Format } from './format.ts';
import { framingOf, Head } from './framing.ts';
import { checkLine, overlongLine, type DecodedFrom, type LineCheck } from './line.ts';
import type { Problem } from './problem.ts';
import { defaultRuleset, type Ruleset } from './ruleset.ts';
import type { AllowList } from './safety/allowList.ts';
import { blankLineProblem, problemsOfLine, viewFile, type DatasetSummary } from './summary.ts';
import { addLine, clashes, createTally, type Tally } from './tally.ts';

export type StreamResult = DatasetSummary & {
  /** The first problems, those of the file before those of the lines; at most the limit and the file's own. */
  readonly problems: readonly Problem[];
};

/** Lines in order, and how many problems they have at least, for the reason why they stand in the list. */
type KeptLines = { readonly lines: KeptLine[]; problems: number };

type KeptLine = { readonly line: number; readonly length: number; readonly check: LineCheck };

/**
 * Checks a file of any size line by line in bounded memory: of the lines it keeps counts, and those lines whose
 * problems may be among the first `limit` ones.
 */
export class DatasetStream {
  readonly #limit: number;
  readonly #ruleset: Ruleset;
  readonly #allow: AllowList | undefined;
  readonly #tally: Tally = createTally();
  readonly #head = new Head();
  #first: { readonly line: number; readonly text: string } | undefined;
  #last: string | undefined;
  #line = 0;
  #byteOrderMark = false;
  /** Lines that may have problems, by what decides whether they have them: nothing, or the format of the file. */
  readonly #always: KeptLines = { lines: [], problems: 0 };
  readonly #answered: KeptLines = { lines: [], problems: 0 };
  readonly #asFormat = byFormat();
  readonly #ofFormat = byFormat();

  constructor(limit: number, { ruleset, allow }: DatasetOptions = {}) {
    this.#limit = limit;
    this.#ruleset = ruleset ?? defaultRuleset;
    this.#allow = allow;
  }

  /** Lines taken so far. */
  get lineCount(): number {
    return this.#line;
  }

  /** Takes the next line, without its line break. */
  push(text: string, decoded?: DecodedFrom): LineCheck {
    const check = checkLine(text, { first: this.#line === 0, decoded, ruleset: this.#ruleset, allow: this.#allow });
    this.#byteOrderMark ||= this.#line === 0 && text.startsWith('\uFEFF');
    if (!isBlank(text)) {
      this.#first ??= { line: this.#line, text };
      this.#last = text;
      this.#head.add(text);
    }
    this.#keep(check, decoded?.elided ? columnOf(text.length, decoded.elided) : text.length);
    return check;
  }

  /** Takes a line that is longer than can be checked. */
  pushOverlong(maximum: number): void {
    this.#first ??= { line: this.#line, text: '{' };
    this.#last = '';
    this.#keep(overlongLine(maximum), 1);
  }

  /** What was found, once all lines were pushed. */
  end(options: Pick<DatasetOptions, 'file'>): StreamResult {
    const first = this.#first ?? { line: 0, text: '' };
    const alone = this.#tally.examples + this.#tally.broken < 2;
    const view = viewFile({
      tally: this.#tally,
      framing: framingOf({ head: this.#head.lines, last: alone ? undefined : this.#last }),
      file: { byteOrderMark: this.#byteOrderMark, ...options.file },
      ruleset: this.#ruleset,
      first,
    });
    const { tally: _tally, ruleset, atFile, ...summary } = view;
    const problems: Problem[] = [...atFile];
    if (view.framing === 'lines') {
      for (const kept of this.#relevant(view.format)) {
        problems.push(...problemsIn(kept, view.format, ruleset));
        if (problems.length >= this.#limit) {
          break;
        }
      }
    }
    return { ...summary, problems: problems.slice(0, Math.max(this.#limit, atFile.length)) };
  }

  #keep(check: LineCheck, length: number): void {
    addLine(this.#tally, check);
    const kept = { line: this.#line, length, check };
    this.#line += 1;
    const tellsBlank = check.kind === 'blank' && this.#ruleset.severities['line.blank'] !== 'off';
    if (tellsBlank || check.problems.length > 0) {
      this.#push(this.#always, kept, check.problems.length);
    }
    if (check.traits.answered) {
      this.#push(this.#answered, kept);
    }
    for (const format of formats) {
      const problems = check.as[format];
      if (problems) {
        this.#push(this.#asFormat[format], kept, problems.length);
      }
    }
    if (check.format !== undefined) {
      this.#push(this.#ofFormat[check.format], kept);
    }
  }

  /** A line with thousands of problems leaves no room for the next one, so that memory is bounded by the limit. */
  #push(list: KeptLines, kept: KeptLine, problems = 1): void {
    if (list.problems < this.#limit) {
      list.lines.push(kept);
      list.problems += Math.max(1, problems);
    }
  }

  /** The kept lines that have problems in a file of the format, in order. */
  #relevant(format: Format | undefined): Iterable<KeptLine> {
    const lines = new Map<number, KeptLine>();
    const mixed = formats.filter((other) => clashes(other, format)).flatMap((other) => this.#ofFormat[other].lines);
    const answered = format === 'reinforcement' ? this.#answered.lines : [];
    const own = format === undefined ? [] : this.#asFormat[format].lines;
    for (const kept of [...this.#always.lines, ...own, ...mixed, ...answered]) {
      lines.set(kept.line, kept);
    }
    return [...lines.values()].sort((one, other) => one.line - other.line);
  }
}

function problemsIn({ check, line, length }: KeptLine, format: Format | undefined, ruleset: Ruleset): Iterable<Problem> {
  return check.kind === 'blank' ? blankLineProblem(line, length, ruleset) : problemsOfLine(check, line, length, format, ruleset);
}

function byFormat(): Readonly<Record<Format, KeptLines>> {
  const none = (): KeptLines => ({ lines: [], problems: 0 });
  return { chat: none(), preference: none(), reinforcement: none(), completion: none() };
}
