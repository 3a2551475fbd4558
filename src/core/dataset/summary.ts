import { rangeOf } from '../jsonl/position.ts';
import { fileProblems, type FileFacts } from './fileProblems.ts';
import { formats, isRecord, type Format, type Framing } from './format.ts';
import type { DatasetLimits } from './limits.ts';
import { toProblem, type LineCheck } from './line.ts';
import type { LineProblem, Problem, Severity } from './problem.ts';
import { chatRulesApply, clashes, prevailingFormat, type Tally } from './tally.ts';

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
  /** Problems of the file as a whole; none before all lines are checked. */
  readonly atFile: readonly Problem[];
};

export type ViewInput = {
  /** Of all lines but an empty last one. */
  readonly tally: Tally;
  readonly framing: Framing;
  readonly file: FileFacts;
  readonly limits: DatasetLimits;
  /** The first line that is not blank; line 0 and nothing if there is none. */
  readonly first: { readonly line: number; readonly text: string };
};

export function viewFile({ tally, framing, file, limits, first }: ViewInput): FileView {
  const inLines = framing === 'lines';
  const format = inLines ? formatOfFile(tally, file) : undefined;
  const complete = !inLines || tally.unchecked === 0;
  const start = first.text.length - first.text.trimStart().length;
  const range = rangeOf(first.line, { start, end: Math.min(first.text.length, start + 1) });
  const firstKeys = inLines && format === undefined ? keysOf(first.text) : [];
  const atFile = complete ? fileProblems(file, { tally, format, framing, firstKeys }, limits, range) : [];
  const counts: Record<Severity, number> = { error: 0, warning: 0, information: 0 };
  for (const { severity } of atFile) {
    counts[severity] += 1;
  }
  if (inLines) {
    counts.error += tally.problems.error;
    counts.warning += tally.problems.warning + tally.blank;
    counts.information += tally.problems.information;
    if (chatRulesApply(format)) {
      counts.error += tally.chatProblems.error;
      counts.warning += tally.chatProblems.warning;
      counts.information += tally.chatProblems.information;
    }
    counts.error += mixedExamples(tally, format);
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
    atFile,
  };
}

/** Problems of a checked line that is not blank, in order of place. `length` is that of the line. */
export function* problemsOfLine(
  check: LineCheck,
  line: number,
  length: number,
  fileFormat: Format | undefined,
): IterableIterator<Problem> {
  if (check.format !== undefined && fileFormat !== undefined && clashes(check.format, fileFormat)) {
    const facts = { code: 'example.format.mixed', format: check.format, fileFormat } as const;
    yield placed(toProblem(facts, { start: 0, end: length }), line);
  }
  const found = chatRulesApply(fileFormat) ? [...check.problems, ...check.chatProblems] : check.problems;
  for (const problem of found.toSorted((one, other) => one.span.start - other.span.start)) {
    yield placed(problem, line);
  }
}

/** The problem of a blank line. */
export function blankLineProblem(line: number, length: number): Problem {
  return placed(toProblem({ code: 'line.blank' }, { start: 0, end: length }), line);
}

/** True if lines with this tally may have problems in a file of the format. */
export function mayHoldProblems(tally: Tally, format: Format | undefined): boolean {
  const { problems, chatProblems } = tally;
  return (
    tally.blank > 0 ||
    problems.error + problems.warning + problems.information > 0 ||
    (chatRulesApply(format) && chatProblems.error + chatProblems.warning + chatProblems.information > 0) ||
    mixedExamples(tally, format) > 0
  );
}

/** The format of most examples. Which of the two formats with messages it is, the job's method decides if known. */
function formatOfFile(tally: Tally, file: FileFacts): Format | undefined {
  const format = prevailingFormat(tally);
  if (format !== 'chat' && format !== 'reinforcement') {
    return format;
  }
  return file.method === 'supervised' ? 'chat' : file.method === 'reinforcement' ? 'reinforcement' : format;
}

function mixedExamples(tally: Tally, fileFormat: Format | undefined): number {
  return formats.reduce((sum, format) => sum + (clashes(format, fileFormat) ? tally.formats[format] : 0), 0);
}

function keysOf(line: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(line.startsWith('\uFEFF') ? line.slice(1) : line);
    return isRecord(value) ? Object.keys(value).slice(0, 8) : [];
  } catch {
    return [];
  }
}

function placed(problem: LineProblem, line: number): Problem {
  const { span, ...facts } = problem;
  return { ...facts, range: rangeOf(line, span) };
}
