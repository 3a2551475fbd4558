import { columnOf, type Elision } from '../jsonl/elision.ts';
import { isBlank } from '../jsonl/lines.ts';
import { diagnoseSyntax, type SyntaxFault } from '../jsonl/syntax.ts';
import { contentSpan, LineTree } from '../jsonl/tree.ts';
import { examine } from './examine.ts';
import { formats, isRecord, type Format } from './format.ts';
import { findInvisible, mayHoldInvisible } from './invisible.ts';
import { jsonTypeOf } from './jsonType.ts';
import type { LineProblem, ProblemFacts } from './problem.ts';
import { withoutValues } from './safety/mask.ts';
import { findSensitive, type Sensitive } from './safety/scan.ts';
import type { AllowList } from './safety/allowList.ts';
import type { Finding } from './rules/findings.ts';
import { defaultRuleset, type Ruleset } from './ruleset.ts';
import { colonsOf, type Colons } from './safety/colons.ts';
import { keysIn, mayHoldHalves } from './survey.ts';
import { traitsOf, type Traits } from './traits.ts';

/** What is known of one line while it does not change. Lines without problems share a few such objects. */
export type LineCheck = {
  /** `broken`: no JSON object, so no example. */
  readonly kind: 'blank' | 'broken' | 'example';
  /** Format of an example; undefined if it has the keys of none. */
  readonly format: Format | undefined;
  /** Whether an example starts with a system message. */
  readonly hasSystem: boolean;
  /** Problems of the line in every format. */
  readonly problems: readonly LineProblem[];
  /** Problems that the line has as an example of a format, for the formats that it may stand for. */
  readonly as: ProblemsByFormat;
  readonly traits: Traits;
};

export type ProblemsByFormat = Readonly<Partial<Record<Format, readonly LineProblem[]>>>;

export type DecodedFrom = {
  /** False if the bytes were no UTF-8. */
  readonly validUtf8: boolean;
  /** What is missing of a long line; places are told as in the whole one. */
  readonly elided?: readonly Elision[] | undefined;
};

export type LineOptions = {
  /** The line is the first of its file, where a byte-order mark may stand. */
  readonly first: boolean;
  /** How the bytes of a file became the line, if it is of one. */
  readonly decoded?: DecodedFrom | undefined;
  /** Without it, the rules of OpenAI as they are. */
  readonly ruleset?: Ruleset;
  /** Sensitive values that may stand in the file. */
  readonly allow?: AllowList | undefined;
};

const none: readonly LineProblem[] = [];
const asNothing: ProblemsByFormat = {};
const noTraits = traitsOf({}, undefined, false);
const blankLine: LineCheck = {
  kind: 'blank',
  format: undefined,
  hasSystem: false,
  problems: none,
  as: asNothing,
  traits: noTraits,
};
const cleanLines: (LineCheck | undefined)[] = [];

/**
 * Checks one line of a JSON Lines file. A line without a problem costs `JSON.parse`, one pass of the rules and a
 * count of its keys; only a line with a problem is parsed again for exact places.
 */
export function checkLine(text: string, options: LineOptions): LineCheck {
  if (isBlank(text)) {
    return blankLine;
  }
  const colons = colonsOf(text);
  const check = checkContent(text, colons, options);
  const sensitive = findSensitive(text, options.allow, colons);
  const complete = sensitive.length === 0 ? check : withSensitive(check, sensitive, options.ruleset);
  return options.decoded?.elided ? inWholeLine(complete, options.decoded.elided) : complete;
}

/** The places of problems as they are with what is missing. */
function inWholeLine(check: LineCheck, elided: readonly Elision[]): LineCheck {
  return changed(check, (problems) =>
    problems.map((problem) => {
      const { start, end } = problem.span;
      return { ...problem, span: { start: columnOf(start, elided), end: columnOf(end, elided) } };
    }),
  );
}

function changed(check: LineCheck, change: (problems: readonly LineProblem[]) => readonly LineProblem[]): LineCheck {
  const as: Partial<Record<Format, readonly LineProblem[]>> = {};
  for (const format of formats) {
    const problems = check.as[format];
    if (problems) {
      as[format] = change(problems);
    }
  }
  return { ...check, problems: change(check.problems), as };
}

/** Adds what is sensitive, and takes it out of the facts of the other problems, which are shown and logged. */
function withSensitive(check: LineCheck, sensitive: readonly Sensitive[], ruleset: Ruleset | undefined): LineCheck {
  const values = sensitive.map(({ value }) => value);
  const clean = changed(check, (problems) => problems.map((problem) => withoutValues(problem, values)));
  return { ...clean, problems: [...clean.problems, ...sensitive.flatMap(({ facts, span }) => toProblem(facts, span, ruleset))] };
}

function checkContent(text: string, colons: Colons, options: LineOptions): LineCheck {
  const json = options.first && text.startsWith('\uFEFF') ? text.slice(1) : text;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    const { fault, span } = diagnoseSyntax(text);
    return broken([...textProblems(text, options), ...toProblem(factsOf(fault), span, options.ruleset)]);
  }
  if (!isRecord(value)) {
    const facts = { code: 'json.notObject', type: jsonTypeOf(value) } as const;
    return broken([...textProblems(text, options), ...toProblem(facts, contentSpan(text), options.ruleset)]);
  }
  const ruleset = options.ruleset ?? defaultRuleset;
  const { format, hasSystem, traits, found } = examine(value, ruleset, options.decoded?.elided);
  const suspicious =
    options.decoded?.validUtf8 === false || text.includes('\uFFFD') || mayHoldInvisible(json) || colons.keys !== keysIn(value) || mayHoldHalves(text, value, options.decoded !== undefined);
  if (!suspicious && found.length === 0) {
    return clean(format, hasSystem, traits);
  }
  const tree = new LineTree(text);
  const problems = suspicious ? [...textProblems(text, options), ...treeProblems(tree, ruleset)] : none;
  const as: Partial<Record<Format, readonly LineProblem[]>> = {};
  for (const { reading, list } of found) {
    as[reading] = list.flatMap((finding) => locate(finding, tree, ruleset));
  }
  return { kind: 'example', format, hasSystem, problems: problems.length === 0 ? none : problems, as, traits };
}

/** What is known of a line that is too long to be checked. `maximum` in bytes or UTF-16 units. */
export function overlongLine(maximum: number): LineCheck {
  return broken(toProblem({ code: 'line.tooLong', maximum }, { start: 0, end: 1 }));
}

/** Turns the facts of a problem and its place into a problem of a line; into none if its rule is off. */
export function toProblem(
  facts: ProblemFacts,
  span: { readonly start: number; readonly end: number },
  ruleset: Ruleset = defaultRuleset,
): readonly LineProblem[] {
  const severity = ruleset.severities[facts.code];
  return severity === 'off' ? none : [{ ...facts, severity, span }];
}

function locate(finding: Finding, tree: LineTree, ruleset: Ruleset): readonly LineProblem[] {
  return toProblem(finding.facts, tree.span(finding.path, finding.spot), ruleset);
}

function broken(problems: readonly LineProblem[]): LineCheck {
  return { kind: 'broken', format: undefined, hasSystem: false, problems, as: asNothing, traits: noTraits };
}

function clean(format: Format | undefined, hasSystem: boolean, traits: Traits): LineCheck {
  const make = (): LineCheck => ({ kind: 'example', format, hasSystem, problems: none, as: asNothing, traits });
  // Lines with traits of their own are rare, or their files are small.
  if (traits.images || traits.fields || traits.lengths || traits.pair) {
    return make();
  }
  const kind = (format === undefined ? 0 : 1 + formats.indexOf(format)) * 4 + (hasSystem ? 2 : 0) + (traits.answered ? 1 : 0);
  return (cleanLines[kind] ??= make());
}

function textProblems(text: string, options: LineOptions): LineProblem[] {
  const at = text.indexOf('\uFFFD');
  if (options.decoded?.validUtf8 === false) {
    const span = at === -1 ? contentSpan(text) : { start: at, end: at + 1 };
    return [...toProblem({ code: 'line.invalidUtf8' }, span, options.ruleset), ...invisibleProblems(text, options)];
  }
  const damaged = at === -1 ? [] : toProblem({ code: 'line.replacementCharacter' }, { start: at, end: at + 1 }, options.ruleset);
  return [...damaged, ...invisibleProblems(text, options)];
}

/** One problem for all such characters of a line, at the first of them. */
function invisibleProblems(text: string, { first, ruleset }: LineOptions): readonly LineProblem[] {
  const found = mayHoldInvisible(text) ? findInvisible(text, first) : [];
  const [one] = found;
  const codePoints = [...new Set(found.map(({ codePoint }) => codePoint))].slice(0, 5);
  return one ? toProblem({ code: 'line.invisibleCharacter', count: found.length, codePoints }, one.span, ruleset) : [];
}

function treeProblems(tree: LineTree, ruleset: Ruleset): LineProblem[] {
  const halves = tree.strings((value) => !value.isWellFormed());
  return [
    ...halves.flatMap((span) => toProblem({ code: 'json.loneSurrogate' }, span, ruleset)),
    ...tree.ignoredKeys().flatMap(({ key, span }) => toProblem({ code: 'json.duplicateKey', key }, span, ruleset)),
  ];
}

function factsOf(fault: SyntaxFault): ProblemFacts {
  switch (fault.kind) {
    case 'comment':
      return { code: 'json.comment' };
    case 'trailingComma':
      return { code: 'json.trailingComma' };
    case 'pythonLiteral':
      return { code: 'json.pythonLiteral' };
    case 'nonFinite':
      return { code: 'json.nonFinite', word: fault.word };
    case 'concatenated':
      return { code: 'json.concatenated' };
    case 'controlCharacter':
      return { code: 'json.controlCharacter', codePoint: fault.codePoint };
    case 'unclosed':
      return { code: 'json.unclosed', closers: fault.closers };
    case 'syntax':
      return { code: 'json.syntax', expected: fault.expected, found: fault.found };
  }
}
