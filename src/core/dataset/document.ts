import { ChunkedList } from '../jsonl/chunkedList.ts';
import { countLineBreaks, isBlank } from '../jsonl/lines.ts';
import type { LineSource, TextEdit } from '../jsonl/position.ts';
import { Edition } from './edition.ts';
import type { FileFacts } from './fileProblems.ts';
import type { Format, Framing } from './format.ts';
import { CorpusLines, markOf } from './corpus/corpusLines.ts';
import type { ReferenceFile } from './corpus/corpusProblems.ts';
import { CorpusSearch, nothingCompared, type Compared } from './corpus/corpusSearch.ts';
import { LeakLedger, leakKinds, type FoundLeak } from './corpus/leakLedger.ts';
import { endsOf, framingOf } from './framing.ts';
import { checkLine, overlongLine, type LineCheck } from './line.ts';
import type { Problem } from './problem.ts';
import type { AllowList } from './safety/allowList.ts';
import { defaultRuleset, sameRuleset, type Ruleset } from './ruleset.ts';
import {
  blankLineProblem,
  lineHoldsProblems,
  mayHoldProblems,
  problemsOfLine,
  viewFile,
  type DatasetSummary,
  type FileView,
} from './summary.ts';
import { addLine, addTally, createTally, type Tally } from './tally.ts';

export type DatasetOptions = {
  readonly ruleset?: Ruleset;
  readonly file?: FileFacts;
  /** Sensitive values that may stand in the file. */
  readonly allow?: AllowList | undefined;
};

/** A longer line would block its host while it is parsed; it is told instead of checked. In UTF-16 units. */
const maximumLine = 4 * 1024 * 1024;

/**
 * The problems of a training file that is being edited. The text stays with its owner; this keeps what is known of
 * each line, and after an edit checks only the lines that it touched. An edit costs its own length, one chunk of
 * lines, and one step per group of those.
 */
export class DatasetDocument {
  readonly #source: LineSource;
  readonly #lines = new ChunkedList<LineCheck | undefined, Tally>({ of: tallyOf, sum: sumOf });
  #ruleset: Ruleset;
  #file: FileFacts;
  #allow: AllowList | undefined;
  #view: FileView | undefined;
  readonly #examples: CorpusLines;
  /** What a file that is read elsewhere holds of the lines. */
  #leaks: LeakLedger | undefined;
  /** Looks for what comparing shows, between two calls. */
  #search: CorpusSearch | undefined;
  /** What comparing found; empty from an edit to the next comparison. */
  #compared: Compared = nothingCompared;
  /** Whether it found anything before that edit. */
  #foundBefore = false;
  readonly #edition = new Edition();
  /** The format of the file when it was looked at last. */
  #format: Format | undefined;

  constructor(source: LineSource, options: DatasetOptions = {}) {
    this.#source = source;
    this.#examples = new CorpusLines(source);
    this.#ruleset = options.ruleset ?? defaultRuleset;
    this.#file = options.file ?? {};
    this.#allow = options.allow;
    this.reset();
  }

  /** Forgets what is known of all lines. */
  reset(): void {
    this.#view = undefined;
    this.#edition.change();
    this.#lines.splice(0, this.#lines.length, unchecked(this.#source.lineCount));
    this.#examples.reset();
    this.#leaks?.replace(0, this.#leaks.lineCount, this.#source.lineCount);
    this.#forgetCompared();
  }

  /** Other facts of the file, or other rules; only if these differ, all lines are unchecked. */
  configure(options: DatasetOptions): void {
    this.#view = undefined;
    this.#file = options.file ?? this.#file;
    if (options.ruleset && !sameRuleset(options.ruleset, this.#ruleset)) {
      this.#ruleset = options.ruleset;
      this.reset();
    }
    if ('allow' in options && options.allow !== this.#allow) {
      this.#allow = options.allow;
      this.reset();
    }
  }

  get allowed(): AllowList | undefined {
    return this.#allow;
  }

  /** The rules that count now. */
  get ruleset(): Ruleset {
    return this.#ruleset;
  }

  /**
   * Follows an edit that the text has taken already; several edits of one change come in the order in which they can
   * be applied one after the other. The lines it touched are unchecked until `check`.
   */
  applyChange(change: TextEdit): void {
    this.#view = undefined;
    const { start, end } = change.range;
    const added = countLineBreaks(change.text) + 1;
    const removed = end.line - start.line + 1;
    const known = this.#lines.get(start.line);
    const isWithinLine = removed === 1 && added === 1;
    if (!isWithinLine || this.#leaks || (known && lineHoldsProblems(known, this.#format))) {
      this.#edition.change();
    } else {
      this.#edition.edit(start.line, known);
    }
    this.#lines.splice(start.line, removed, unchecked(added));
    this.#examples.replace(start.line, removed, added);
    this.#leaks?.replace(start.line, removed, added);
    this.#forgetCompared();
  }

  /** False if the text and what was told of its edits do not fit together; `reset` helps. */
  get inStep(): boolean {
    return this.#lines.length === this.#source.lineCount;
  }

  /**
   * Checks unchecked lines until none is left or `stop`, asked after each line, says so. True if none is left. A file
   * that is not cut into lines is not checked line by line.
   */
  check(stop: () => boolean = () => false): boolean {
    this.#view = undefined;
    if (this.#framing() !== 'lines') {
      return true;
    }
    return this.#lines.replaceWhere(
      (tally) => tally.unchecked > 0,
      (known, line) => known ?? this.#checkLine(line),
      stop,
    );
  }

  /**
   * From now on the file must hold none of another file's examples, or nothing is known of such a file. Whoever reads
   * that one answers for the lines of `unasked`; what it answered before is forgotten.
   */
  compareElsewhere(file: ReferenceFile | undefined): void {
    this.#leaks = file && new LeakLedger(file, this.#source.lineCount);
    this.#edition.change();
  }

  get isComparedElsewhere(): boolean {
    return this.#leaks !== undefined;
  }

  /** Lines with an example of which it is not known what the other file holds of it, in order. */
  *unasked(): IterableIterator<number> {
    for (const line of this.#leaks?.unasked() ?? []) {
      if (this.#lines.get(line)?.kind === 'example') {
        yield line;
      }
    }
  }

  /** What the other file holds of a line. */
  answer(line: number, leak: FoundLeak | null): void {
    this.#leaks?.answer(line, leak);
    this.#edition.change();
  }

  /**
   * Compares the examples with each other until all are or `stop`, asked after each, says so; true if all are. What
   * it finds belongs to the problems only then, and until the next edit.
   */
  compare(stop: () => boolean = () => false): boolean {
    if (this.#framing() !== 'lines') {
      return true;
    }
    if (!this.#examples.compare(stop)) {
      return false;
    }
    this.#search ??= new CorpusSearch(this.#examples, this.#ruleset);
    const found = this.#search.go(stop);
    if (found) {
      if (this.#foundBefore || found.lines.length > 0) {
        this.#edition.change();
      }
      this.#foundBefore = false;
      this.#compared = found;
      this.#search = undefined;
    }
    return found !== undefined;
  }

  /** Changes whenever the problems of lines may have: not when an edit leaves a line without one as it was. */
  get edition(): number {
    this.#look();
    return this.#edition.number;
  }

  #forgetCompared(): void {
    this.#foundBefore ||= this.#compared.lines.length > 0;
    this.#compared = nothingCompared;
    this.#search = undefined;
  }

  /** The file in numbers, as far as it is checked and compared. */
  summary(): DatasetSummary {
    const { tally: _tally, ruleset: _ruleset, atFile: _atFile, ...summary } = this.#look();
    const counts = {
      off: 0,
      error: summary.errors + this.#compared.counts.error,
      warning: summary.warnings + this.#compared.counts.warning,
      information: summary.information + this.#compared.counts.information,
    };
    const leaks = summary.framing === 'lines' ? this.#leaks?.counts() : undefined;
    for (const kind of leaks ? leakKinds : []) {
      counts[this.#ruleset.severities[`corpus.leak.${kind}`]] += leaks?.[kind] ?? 0;
    }
    return { ...summary, errors: counts.error, warnings: counts.warning, information: counts.information };
  }

  /** All problems: those of the file, then those of the lines in order. They are made while they are read. */
  *problems(): IterableIterator<Problem> {
    yield* this.fileProblems();
    yield* this.lineProblems();
  }

  /** Problems of the lines in order. */
  *lineProblems(): IterableIterator<Problem> {
    const view = this.#look();
    if (view.framing !== 'lines') {
      return;
    }
    const { byLine, lines: compared } = this.#compared;
    const leaked = Float64Array.from(this.#leaks?.found() ?? []);
    const wanted = (tally: Tally, start: number, end: number): boolean =>
      mayHoldProblems(tally, view.format) || holdsBetween(compared, start, end) || holdsBetween(leaked, start, end);
    for (const { start, items } of this.#lines.runs(wanted)) {
      for (let offset = 0; offset < items.length; offset += 1) {
        const check = items[offset];
        const line = start + offset;
        // Of most lines nothing more is asked: there may be problems in every part of a long file.
        if (check && (lineHoldsProblems(check, view.format) || byLine.has(line) || holdsBetween(leaked, line, line + 1))) {
          yield* this.#problemsOf(check, line, view);
        }
      }
    }
  }

  /** Problems of one line, without those of the file. */
  problemsOnLine(line: number): readonly Problem[] {
    const view = this.#look();
    return view.framing === 'lines' ? [...this.#problemsOf(this.#lines.get(line), line, view)] : [];
  }

  /** Problems of the file as a whole. */
  fileProblems(): readonly Problem[] {
    return this.#look().atFile;
  }

  *#problemsOf(check: LineCheck | undefined, line: number, view: FileView): IterableIterator<Problem> {
    if (check?.kind === 'blank') {
      if (!this.#isEndOfFile(line)) {
        yield* blankLineProblem(line, this.#source.lineAt(line).length, this.#ruleset);
      }
    } else if (check) {
      const text = this.#source.lineAt(line);
      yield* problemsOfLine(check, line, text.length, view.format, this.#ruleset);
      yield* this.#compared.byLine.get(line) ?? [];
      const leak = this.#leaks?.problemOn(line, markOf(text), this.#ruleset);
      if (leak) {
        yield leak;
      }
    }
  }

  #checkLine(line: number): LineCheck {
    const text = this.#source.lineAt(line);
    const options = { first: line === 0, ruleset: this.#ruleset, allow: this.#allow };
    const check = text.length > maximumLine ? overlongLine(maximumLine) : checkLine(text, options);
    this.#edition.check(line, check);
    return check;
  }

  /** Nothing after the last line break is the end of the file, not a line. */
  #isEndOfFile(line: number): boolean {
    return line === this.#source.lineCount - 1 && this.#source.lineAt(line) === '';
  }

  #framing(): Framing {
    return framingOf(endsOf(this.#source));
  }

  #look(): FileView {
    if (!this.#view) {
      this.#view = this.#lookAgain();
      if (this.#view.format !== this.#format) {
        this.#format = this.#view.format;
        this.#edition.change();
      }
    }
    return this.#view;
  }

  #lookAgain(): FileView {
    const tally = this.#lines.summary();
    const last = this.#source.lineCount - 1;
    if (this.#isEndOfFile(last) && this.#lines.get(last)?.kind === 'blank') {
      tally.blank -= 1;
    }
    const marked = this.#source.lineAt(0).startsWith('\uFEFF');
    return viewFile({
      tally,
      framing: this.#framing(),
      file: marked ? { ...this.#file, byteOrderMark: true } : this.#file,
      ruleset: this.#ruleset,
      first: firstLine(this.#source),
    });
  }
}

function firstLine(source: LineSource): { readonly line: number; readonly text: string } {
  for (let line = 0; line < source.lineCount; line += 1) {
    const text = source.lineAt(line);
    if (!isBlank(text)) {
      return { line, text };
    }
  }
  return { line: 0, text: '' };
}

function unchecked(count: number): undefined[] {
  return Array.from<undefined>({ length: count });
}

/** True if one of some rising numbers is at least `start` and below `end`. */
function holdsBetween(numbers: Float64Array, start: number, end: number): boolean {
  let from = 0;
  for (let to = numbers.length; from < to; ) {
    const middle = (from + to) >>> 1;
    if ((numbers[middle] ?? 0) < start) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return (numbers[from] ?? end) < end;
}

function sumOf(parts: readonly Tally[]): Tally {
  const sum = createTally();
  for (const part of parts) {
    addTally(sum, part);
  }
  return sum;
}

function tallyOf(lines: readonly (LineCheck | undefined)[]): Tally {
  const tally = createTally();
  for (const line of lines) {
    addLine(tally, line);
  }
  return tally;
}
