import type { Range } from '../jsonl/position.ts';
import { formatsOf, type Format, type Framing, type Method } from './format.ts';
import type { FileRole } from './fileRole.ts';
import type { DatasetLimits } from './limits.ts';
import { rules, type Problem, type ProblemFacts } from './problem.ts';
import type { Tally } from './tally.ts';

/** What is known of a file besides its lines; what is not known is left out. */
export type FileFacts = {
  /** Ending of the name with its dot. */
  readonly extension?: string;
  readonly bytes?: number;
  readonly byteOrderMark?: boolean;
  /** Name of the encoding if it is not UTF-8. */
  readonly encoding?: string;
  /** What the file is if it is no text. Neither it nor a file in another encoding is read further. */
  readonly notText?: string;
  /** Method of the job that the file is meant for. */
  readonly method?: Method;
  /** A validation file is only measured on: one example is enough for it. */
  readonly role?: FileRole;
};

/** Problems of a file as a whole, all placed at `place`. */
export function fileProblems(
  file: FileFacts,
  lines: {
    readonly tally: Tally;
    readonly format: Format | undefined;
    readonly framing: Framing;
    /** Keys of the first example. */
    readonly firstKeys: readonly string[];
  },
  limits: DatasetLimits,
  place: Range,
): Problem[] {
  const { tally } = lines;
  const problems: Problem[] = [];
  const add = (facts: ProblemFacts): void => {
    problems.push({ ...facts, severity: rules[facts.code].severity, range: place });
  };
  if (file.notText !== undefined) {
    add({ code: 'file.notText', kind: file.notText });
    return problems;
  }
  if (file.encoding !== undefined) {
    add({ code: 'file.encoding', encoding: file.encoding });
  }
  if (file.byteOrderMark === true && limits.byteOrderMark === 'unwanted') {
    add({ code: 'file.bom' });
  }
  if (file.byteOrderMark === false && limits.byteOrderMark === 'wanted') {
    add({ code: 'file.bomMissing' });
  }
  if (file.extension !== undefined && file.extension.toLowerCase() !== '.jsonl') {
    add({ code: 'file.extension', extension: file.extension });
  }
  if (file.bytes !== undefined && file.bytes > limits.maximumFileBytes) {
    add({ code: 'file.tooLarge', bytes: file.bytes, maximum: limits.maximumFileBytes });
  }
  if (lines.framing === 'array') {
    add({ code: 'file.jsonArray' });
  } else if (lines.framing === 'prettyPrinted') {
    add({ code: 'file.prettyPrinted' });
  } else if (file.encoding === undefined || tally.examples > 0) {
    addExampleProblems(file, lines, limits, add);
  }
  return problems;
}

function addExampleProblems(
  file: FileFacts,
  { tally, format, firstKeys }: { readonly tally: Tally; readonly format: Format | undefined; readonly firstKeys: readonly string[] },
  limits: DatasetLimits,
  add: (facts: ProblemFacts) => void,
): void {
  const { examples, formats, withSystem } = tally;
  if (format === undefined && examples > 0) {
    add({ code: 'file.format.unknown', keys: firstKeys });
  }
  if (format !== undefined && file.method !== undefined && !formatsOf[file.method].includes(format)) {
    add({ code: 'file.format.method', format, method: file.method });
  }
  if (format !== undefined && format !== 'chat') {
    add({ code: 'file.format.notChecked', format });
  }
  // A broken line is an example that will count once it is mended.
  const all = examples + tally.broken;
  const trainedOn = file.role !== 'validation';
  const minimum = trainedOn ? limits.minimumExamples : 1;
  if (all < minimum) {
    add({ code: 'file.tooFewExamples', examples: all, minimum });
  } else if (trainedOn && all < limits.recommendedExamples) {
    add({ code: 'file.fewExamples', examples: all, recommended: limits.recommendedExamples });
  }
  const without = formats.chat - withSystem;
  if (format === 'chat' && withSystem > 0 && without > 0) {
    add({ code: 'file.system.sometimes', without, examples: formats.chat });
  }
}
