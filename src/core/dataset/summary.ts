import { withoutMark } from '../jsonl/lines.ts';
import { rangeOf } from '../jsonl/position.ts';
import { fileProblems, type FileFacts } from './fileProblems.ts';
import { formats, isRecord, type Format, type Framing } from './format.ts';
import { toProblem, type LineCheck } from './line.ts';
import type { LineProblem, Problem, ProblemFacts, Severity } from './problem.ts';
import type { RuleSetting, Ruleset } from './ruleset.ts';
import { addCounts, clashes, prevailingFormat, type Tally } from './tally.ts';

/** A training file in a few numbers. */
export type DatasetSummary = {
  /** Undefined if no line has the keys of a known format. */
  readonly format: Format | undefined;
  readonly framing: Framing;
  /** Lines that hold a JSON object. */
  readonly examples: number;
  readonly errors: number;
  readonly warnings: number;
  readonly information: number;
  /** False while lines are still unchecked. */
  readonly complete: boolean;
};

/** A file as its lines and its facts together show it. */
export type FileView = DatasetSummary & {
  readonly tally: Tally;
  readonly ruleset: Ruleset;
  /** Problems of the file as a whole; none before all lines are checked. */
  readonly atFile: readonly Problem[];
};

export type ViewInput = {
  /** Of all lines but an empty last one. */
  readonly tally: Tally;
  readonly framing: Framing;
  readonly file: FileFacts;
  readonly ruleset: Ruleset;
  /** The first line that is not blank; line 0 and nothing if there is none. */
  readonly first: { readonly line: number; readonly text: string };
};

export function viewFile({ tally, framing, file, ruleset, first }: ViewInput): FileView {
  const inLines = framing === 'lines';
  const format = inLines ? formatOfFile(tally, file) : undefined;
  const complete = !inLines || tally.unchecked === 0;
  const start = first.text.length - first.text.trimStart().length;
  const range = rangeOf(first.line, { start, end: Math.min(first.text.length, start + 1) });
  const firstKeys = inLines && format === undefined ? keysOf(first.text) : [];
  const atFile = complete ? fileProblems(file, { tally, format, framing, firstKeys }, ruleset, range) : [];
  const counts: Record<Severity, number> = { error: 0, warning: 0, information: 0 };
  for (const { severity } of atFile) {
    counts[severity] += 1;
  }
  if (inLines) {
    addCounts(counts, tally.problems);
    addCount(counts, ruleset.severities['line.blank'], tally.blank);
    if (format !== undefined) {
      addCounts(counts, tally.as[format]);
      const { mixed, answered } = misplacedExamples(tally, format);
      addCount(counts, ruleset.severities['example.format.mixed'], mixed);
      addCount(counts, ruleset.severities['reinforcement.answer'], answered);
    }
  }
  return {
    format,
    framing,
    examples: inLines ? tally.examples : 0,
    errors: counts.error,
    warnings: counts.warning,
    information: counts.information,
    complete,
    tally,
    ruleset,
    atFile,
  };
}

function addCount(counts: Record<Severity, number>, severity: RuleSetting, lines: number): void {
  if (severity !== 'off') {
    counts[severity] += lines;
  }
}

/** Problems of a checked line that is not blank, in order of place. `length` is that of the line. */
export function* problemsOfLine(
  check: LineCheck,
  line: number,
  length: number,
  fileFormat: Format | undefined,
  ruleset: Ruleset,
): IterableIterator<Problem> {
  const facts = misplaced(check, fileFormat);
  if (facts) {
    for (const problem of toProblem(facts, { start: 0, end: length }, ruleset)) {
      yield placed(problem, line);
    }
  }
  const own = fileFormat === undefined ? undefined : check.as[fileFormat];
  const found = own === undefined ? check.problems : [...check.problems, ...own];
  for (const problem of found.toSorted((one, other) => one.span.start - other.span.start)) {
    yield placed(problem, line);
  }
}

/** What is wrong with a line that stands in a file of another format. */
function misplaced({ format, traits }: LineCheck, fileFormat: Format | undefined): ProblemFacts | undefined {
  if (format !== undefined && fileFormat !== undefined && clashes(format, fileFormat)) {
    return { code: 'example.format.mixed', format, fileFormat };
  }
  return fileFormat === 'reinforcement' && traits.answered ? { code: 'reinforcement.answer' } : undefined;
}

/** The problem of a blank line, unless its rule is off. */
export function blankLineProblem(line: number, length: number, ruleset: Ruleset): readonly Problem[] {
  return toProblem({ code: 'line.blank' }, { start: 0, end: length }, ruleset).map((problem) => placed(problem, line));
}

/** True if lines with this tally may have problems in a file of the format. */
export function mayHoldProblems(tally: Tally, format: Format | undefined): boolean {
  if (tally.blank > 0 || some(tally.problems)) {
    return true;
  }
  if (format === undefined) {
    return false;
  }
  const { mixed, answered } = misplacedExamples(tally, format);
  return some(tally.as[format]) || mixed > 0 || answered > 0;
}

/** The same of one checked line; a file may have some in every part, and then all of its lines are asked. */
export function lineHoldsProblems(check: LineCheck, format: Format | undefined): boolean {
  const { kind, problems, as } = check;
  if (kind === 'blank' || problems.length > 0) {
    return true;
  }
  return format !== undefined && ((as[format]?.length ?? 0) > 0 || misplaced(check, format) !== undefined);
}

function some({ error, warning, information }: Record<Severity, number>): boolean {
  return error + warning + information > 0;
}

/** The format somebody gave the file, or that of most examples; which of the two with messages, a job's method decides. */
function formatOfFile(tally: Tally, file: FileFacts): Format | undefined {
  if (file.format !== undefined) {
    return file.format;
  }
  const format = prevailingFormat(tally);
  if (format !== 'chat' && format !== 'reinforcement') {
    return format;
  }
  return file.method === 'supervised' ? 'chat' : file.method === 'reinforcement' ? 'reinforcement' : format;
}

function misplacedExamples(tally: Tally, fileFormat: Format): { readonly mixed: number; readonly answered: number } {
  const mixed = formats.reduce((sum, format) => sum + (clashes(format, fileFormat) ? tally.formats[format] : 0), 0);
  return { mixed, answered: fileFormat === 'reinforcement' ? tally.answered : 0 };
}

function keysOf(line: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(withoutMark(line));
    return isRecord(value) ? Object.keys(value).slice(0, 8) : [];
  } catch {
    return [];
  }
}

function placed(problem: LineProblem, line: number): Problem {
  const { span, ...facts } = problem;
  return { ...facts, range: rangeOf(line, span) };
}
