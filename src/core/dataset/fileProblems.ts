import type { Range } from '../jsonl/position.ts';
import { formatsOf, type Format, type Framing, type Method } from './format.ts';
import type { FileRole } from './fileRole.ts';
import { completionFileProblems } from './completionFile.ts';
import type { Problem, ProblemFacts } from './problem.ts';
import type { Ruleset } from './ruleset.ts';
import type { Tally } from './tally.ts';

/** What is known of a file besides its lines; what is not known is left out. */
export type FileFacts = {
  /** Ending of the name with its dot. */
  readonly extension?: string;
  readonly bytes?: number;
  readonly byteOrderMark?: boolean;
  /** Lines end with CRLF. */
  readonly crlf?: boolean;
  /** Name of the encoding if it is not UTF-8. */
  readonly encoding?: string;
  /** What the file is if it is no text. Neither it nor a file in another encoding is read further. */
  readonly notText?: string;
  /** The format somebody said the file has. */
  readonly format?: Format;
  /** Method of the job that the file is meant for. */
  readonly method?: Method;
  /** A validation file is only measured on: one example is enough for it. */
  readonly role?: FileRole;
  /** Fields that the grader of a reinforcement job refers to. */
  readonly graderFields?: readonly string[];
};

type LinesTogether = {
  readonly tally: Tally;
  readonly format: Format | undefined;
  readonly framing: Framing;
  /** Keys of the first example. */
  readonly firstKeys: readonly string[];
};

/** Problems of a file as a whole, all placed at `place`. */
export function fileProblems(file: FileFacts, lines: LinesTogether, ruleset: Ruleset, place: Range): Problem[] {
  const problems: Problem[] = [];
  const add = (facts: ProblemFacts): void => {
    const severity = ruleset.severities[facts.code];
    if (severity !== 'off') {
      problems.push({ ...facts, severity, range: place });
    }
  };
  if (file.notText !== undefined) {
    add({ code: 'file.notText', kind: file.notText });
    return problems;
  }
  addFileFacts(file, ruleset, add);
  if (lines.framing === 'array') {
    add({ code: 'file.jsonArray' });
  } else if (lines.framing === 'prettyPrinted') {
    add({ code: 'file.prettyPrinted' });
  } else if (lines.framing === 'table') {
    add({ code: 'file.table' });
  } else if (file.encoding === undefined || lines.tally.examples > 0) {
    addFormatProblems(file, lines, add);
    addCountProblems(file, lines, ruleset, add);
    addFormatSums(file, lines, add);
  }
  return problems;
}

type Add = (facts: ProblemFacts) => void;

function addFileFacts(file: FileFacts, { profile }: Ruleset, add: Add): void {
  if (file.encoding !== undefined) {
    add({ code: 'file.encoding', encoding: file.encoding });
  }
  if (file.byteOrderMark === true && profile.byteOrderMark === 'unwanted') {
    add({ code: 'file.bom' });
  }
  if (file.byteOrderMark === false && profile.byteOrderMark === 'wanted') {
    add({ code: 'file.bomMissing' });
  }
  if (file.crlf === true) {
    add({ code: 'file.crlf' });
  }
  if (file.extension !== undefined && file.extension.toLowerCase() !== '.jsonl') {
    add({ code: 'file.extension', extension: file.extension });
  }
  if (file.bytes !== undefined && file.bytes > profile.maximumFileBytes) {
    add({ code: 'file.tooLarge', bytes: file.bytes, maximum: profile.maximumFileBytes });
  }
}

function addFormatProblems(file: FileFacts, { tally, format, firstKeys }: LinesTogether, add: Add): void {
  if (format === undefined && tally.examples > 0) {
    add({ code: 'file.format.unknown', keys: firstKeys });
  }
  if (format !== undefined && file.method !== undefined && !formatsOf[file.method].includes(format)) {
    add({ code: 'file.format.method', format, method: file.method });
  }
  if (format === 'completion') {
    add({ code: 'file.format.legacy' });
  }
}

function addCountProblems(file: FileFacts, { tally, format }: LinesTogether, { profile }: Ruleset, add: Add): void {
  // A broken line is an example that will count once it is mended.
  const examples = tally.examples + tally.broken;
  const trainedOn = file.role !== 'validation';
  const minimum = trainedOn ? profile.minimumExamples : 1;
  if (examples < minimum) {
    add({ code: 'file.tooFewExamples', examples, minimum });
  } else if (trainedOn && examples < profile.recommendedExamples) {
    add({ code: 'file.fewExamples', examples, recommended: profile.recommendedExamples });
  }
  const maximum = format === 'reinforcement' ? profile.reinforcementExamples?.[trainedOn ? 'training' : 'validation'] : undefined;
  if (maximum !== undefined && examples > maximum) {
    add({ code: 'file.tooManyExamples', examples, maximum });
  }
  if (tally.images > 0 && !profile.images) {
    add({ code: 'file.images.unsupported', examples: tally.images });
  } else if (profile.images && tally.images > profile.images.examples) {
    add({ code: 'file.images.tooMany', examples: tally.images, maximum: profile.images.examples });
  }
}

/** Fewer pairs say nothing about lengths. */
const leastPairs = 20;
/** Answers of one side longer than the other by this factor, and nearly always, teach length. */
const lengthRatio = 2;
const lengthShare = 0.9;

function addFormatSums(file: FileFacts, { tally, format }: LinesTogether, add: Add): void {
  const without = tally.formats.chat - tally.withSystem;
  if (format === 'chat' && tally.withSystem > 0 && without > 0) {
    add({ code: 'file.system.sometimes', without, examples: tally.formats.chat });
  }
  if (format === 'preference') {
    addLengths(tally, add);
  } else if (format === 'reinforcement') {
    addFields(tally, file.graderFields ?? [], add);
  } else if (format === 'completion' && tally.prompts && tally.completions) {
    completionFileProblems(tally.prompts, tally.completions).forEach(add);
  }
}

function addLengths({ lengths }: Tally, add: Add): void {
  const { pairs, preferred, other, preferredLonger, otherLonger } = lengths;
  if (pairs < leastPairs) {
    return;
  }
  if (preferred > other * lengthRatio && preferredLonger > pairs * lengthShare) {
    add({ code: 'file.preference.length', longer: 'preferred_output', ratio: tenths(preferred, other) });
  } else if (other > preferred * lengthRatio && otherLonger > pairs * lengthShare) {
    add({ code: 'file.preference.length', longer: 'non_preferred_output', ratio: tenths(other, preferred) });
  }
}

/** How many times longer, to one decimal. */
function tenths(longer: number, shorter: number): number {
  return Math.round((longer / Math.max(1, shorter)) * 10) / 10;
}

function addFields({ fields, formats }: Tally, graderFields: readonly string[], add: Add): void {
  const examples = formats.reinforcement;
  for (const key of graderFields) {
    const found = fields.get(key) ?? 0;
    if (found < examples) {
      add({ code: 'file.reinforcement.graderField', key, without: examples - found, examples });
    }
  }
  for (const [key, found] of [...fields].sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (found < examples && !graderFields.includes(key)) {
      add({ code: 'file.reinforcement.fields', key, without: examples - found, examples });
    }
  }
}
