import { isBlank } from '../jsonl/lines.ts';
import { distributionOf, type Distribution } from './distribution.ts';
import { contentText, exampleTitle } from './exampleTitle.ts';
import { formatOf, formats, isRecord, type Format } from './format.ts';
import { LineColumns, noTokens, unknownTokens } from './lineColumns.ts';

/** More lines are not looked at: they would need more than about 100 MB of memory. */
export const mostLines = 1_000_000;
/** Roles and system prompts that come after so many different ones are counted together. */
const mostRoles = 15;
const mostSystems = 1_000;
const shownText = 400;
const shownRoleName = 40;
const listed = 10;
/** Titles that are kept: of the examples with most characters, and of those found repeated first. */
const mostLong = 50;
const mostRepeatedTitles = 1_000;

export type LineState = 'blank' | 'broken' | 'overlong' | 'example';
export type Measure = 'tokens' | 'turns' | 'characters';
const measures: readonly Measure[] = ['tokens', 'turns', 'characters'];

/** Lines of a report's bar. `line` counts from 0. */
export type Selection =
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'bucket'; readonly measure: Measure; readonly from: number; readonly to: number }
  | { readonly kind: 'role'; readonly role: string | null }
  | { readonly kind: 'system'; readonly id: number }
  | { readonly kind: 'copies'; readonly first: number }
  | { readonly kind: 'format'; readonly format: Format | null }
  | { readonly kind: 'state'; readonly state: LineState };

/** `name`: '' for messages without one, null for all roles that are not told apart. */
export type RoleShare = {
  readonly name: string | null;
  readonly messages: number;
  readonly examples: number;
  readonly characters: number;
};
/** `text` is the beginning; null stands for no prompt (id 0) or all that are not told apart. */
export type SystemShare = { readonly id: number; readonly text: string | null; readonly examples: number };
/** `title`: its first words, null where they are not kept. */
export type LongExample = {
  readonly line: number;
  readonly title: string | null;
  readonly characters: number;
  readonly tokens: number | null;
};
type RepeatedExample = { readonly first: number; readonly title: string | null; readonly examples: number };

export type StatisticsReport = {
  readonly lines: number;
  readonly states: Readonly<Record<LineState, number>>;
  /** The file goes on after `mostLines`. */
  readonly truncated: boolean;
  /** Formats that occur, null for examples of none, most frequent first. */
  readonly formats: readonly { readonly format: Format | null; readonly examples: number }[];
  readonly measures: Readonly<Record<Measure, Distribution | null>>;
  /** Examples whose tokens are not counted yet. */
  readonly missingTokens: number;
  readonly roles: readonly RoleShare[];
  /** The most frequent system prompts, no prompt among them, and how many different ones there are, at least. */
  readonly systems: readonly SystemShare[];
  readonly differentSystems: number;
  readonly longest: readonly LongExample[];
  /** Examples that occur more than once, most copies first, and the examples too many. */
  readonly repeated: readonly RepeatedExample[];
  readonly repeatedGroups: number;
  readonly copies: number;
};

const kinds = ['blank', 'broken', 'overlong', null, ...formats] as const;
const firstExampleKind = 3;
const otherSystems = mostSystems + 1;

type Sums = { messages: number; examples: number; characters: number };

/** Takes a training file line by line and tells how it spreads; keeps a few bytes of each line, and no texts but some prompts. */
export class DatasetStatistics {
  readonly #lines = new LineColumns();
  readonly #roles: { readonly name: string | null; readonly sums: Sums }[] = [];
  readonly #systems = new Map<number, { readonly id: number; readonly text: string; examples: number }>();
  #withoutSystem = 0;
  #otherSystems = 0;
  readonly #firsts = new Map<number, number>();
  readonly #repeated = new Map<number, number>();
  readonly #longTitles = new Map<number, string | null>();
  /** Shorter examples are none of the longest. */
  #longEnough = 0;
  readonly #repeatedTitles = new Map<number, string | null>();
  #truncated = false;
  /** Distributions as they were computed last, and those that lines have changed since. */
  readonly #distributions = new Map<Measure, Distribution | null>();
  readonly #stale = new Set<Measure>(measures);

  get lineCount(): number {
    return this.#lines.length;
  }

  /** False once no further line is taken. */
  get takesMore(): boolean {
    return !this.#truncated;
  }

  /** The next line without its line break; undefined for one that is too long to be read. */
  push(text: string | undefined): void {
    if (this.#lines.length === mostLines) {
      this.#truncated = true;
      return;
    }
    measures.forEach((measure) => this.#stale.add(measure));
    if (text === undefined) this.#lines.add(2);
    else if (isBlank(text)) this.#lines.add(0);
    else this.#addExample(text.trim());
  }

  /** Tokens of a line; null if they cannot be counted. */
  setTokens(line: number, tokens: number | null): void {
    if ((this.#lines.kinds[line] ?? 0) >= firstExampleKind && line < this.#lines.length) {
      this.#lines.tokens[line] = tokens ?? noTokens;
      this.#stale.add('tokens');
    }
  }

  /** A part of what a report takes, since a million lines take long; true if what is left of it is little. */
  prepareReport(): boolean {
    const [stale] = this.#stale;
    if (stale !== undefined) this.#distribution(stale, false);
    return this.#stale.size === 0;
  }

  /** `asPrepared`: what was prepared is good enough, though lines came since. */
  report(asPrepared = false): StatisticsReport {
    const { length, kinds: lineKinds, tokens } = this.#lines;
    const counts = kinds.map(() => 0);
    let missingTokens = 0;
    for (let line = 0; line < length; line += 1) {
      const kind = lineKinds[line] ?? 0;
      counts[kind] = (counts[kind] ?? 0) + 1;
      if (tokens[line] === unknownTokens) missingTokens += 1;
    }
    const [blank = 0, broken = 0, overlong = 0, ...ofFormats] = counts;
    const distributions = {
      tokens: this.#distribution('tokens', asPrepared),
      turns: this.#distribution('turns', asPrepared),
      characters: this.#distribution('characters', asPrepared),
    };
    const repeated = [...this.#repeated].map(([first, examples]) => {
      return { first, title: this.#repeatedTitles.get(first) ?? null, examples };
    });
    return {
      lines: length,
      states: { blank, broken, overlong, example: ofFormats.reduce((sum, examples) => sum + examples, 0) },
      truncated: this.#truncated,
      formats: ofFormats
        .map((examples, index) => ({ format: index === 0 ? null : (formats[index - 1] ?? null), examples }))
        .filter(({ examples }) => examples > 0)
        .toSorted((one, other) => other.examples - one.examples),
      measures: distributions,
      missingTokens,
      roles: this.#roles
        .map(({ name, sums }) => ({ name, ...sums }))
        .toSorted((one, other) => other.messages - one.messages),
      systems: this.#systemShares(),
      differentSystems: this.#systems.size + (this.#otherSystems > 0 ? 1 : 0),
      longest: this.#longest(distributions.tokens === null ? 'characters' : 'tokens'),
      repeated: repeated.toSorted((one, other) => other.examples - one.examples || one.first - other.first).slice(0, listed),
      repeatedGroups: repeated.length,
      copies: repeated.reduce((sum, { examples }) => sum + examples - 1, 0),
    };
  }

  /** Lines of a selection from the first on, from 0. */
  *select(selection: Selection): IterableIterator<number> {
    if (selection.kind === 'line') {
      if (selection.line >= 0 && selection.line < this.#lines.length) yield selection.line;
      return;
    }
    const holds = this.#test(selection);
    for (let line = 0; line < this.#lines.length; line += 1) {
      if (holds(line)) yield line;
    }
  }

  #test(selection: Exclude<Selection, { readonly kind: 'line' }>): (line: number) => boolean {
    const { kinds: lineKinds, roles, systems, firsts } = this.#lines;
    const isExample = (line: number): boolean => (lineKinds[line] ?? 0) >= firstExampleKind;
    switch (selection.kind) {
      case 'bucket': {
        const values = this.#lines[selection.measure];
        const { from, to } = selection;
        return (line) => (values[line] ?? -1) >= Math.max(0, from) && (values[line] ?? -1) <= to;
      }
      case 'role': {
        const bit = 1 << this.#roles.findIndex(({ name }) => name === selection.role);
        return (line) => ((roles[line] ?? 0) & bit) !== 0;
      }
      case 'system':
        return (line) => isExample(line) && systems[line] === selection.id && this.#asks(line);
      case 'copies':
        return (line) => firsts[line] === selection.first;
      case 'format': {
        const wanted = selection.format === null ? firstExampleKind : firstExampleKind + 1 + formats.indexOf(selection.format);
        return (line) => lineKinds[line] === wanted;
      }
      case 'state': {
        const wanted = kinds.indexOf(selection.state as 'blank');
        return selection.state === 'example' ? isExample : (line) => lineKinds[line] === wanted;
      }
    }
  }

  /** True for an example with messages: others have no place for a system prompt. */
  #asks(line: number): boolean {
    return (this.#lines.turns[line] ?? -1) >= 0;
  }

  #addExample(text: string): void {
    const example = parseExample(text);
    if (example === undefined) {
      this.#lines.add(1);
      return;
    }
    const format = formatOf(example);
    const line = this.#lines.add(format === undefined ? firstExampleKind : firstExampleKind + 1 + formats.indexOf(format));
    this.#lines.characters[line] = text.length;
    this.#lines.tokens[line] = unknownTokens;
    this.#addCopy(line, digestOf(text), example);
    this.#keepTitle(line, text.length, example);
    const messages = messagesOf(example);
    if (messages === undefined) return;
    let turns = 0;
    let roles = 0;
    for (const message of messages) {
      const role = typeof message['role'] === 'string' ? message['role'] : '';
      turns += isInstruction(role) ? 0 : 1;
      const index = this.#roleIndex(role.slice(0, shownRoleName));
      const sums = this.#roles[index]?.sums;
      if (sums) {
        sums.messages += 1;
        sums.examples += roles & (1 << index) ? 0 : 1;
        sums.characters += contentText(message['content']).length;
      }
      roles |= 1 << index;
    }
    this.#lines.turns[line] = turns;
    this.#lines.roles[line] = roles;
    this.#lines.systems[line] = this.#addSystem(messages[0]);
  }

  #addCopy(line: number, digest: number, example: Readonly<Record<string, unknown>>): void {
    const first = this.#firsts.get(digest);
    this.#lines.firsts[line] = first ?? line;
    if (first === undefined) {
      this.#firsts.set(digest, line);
      return;
    }
    this.#repeated.set(first, (this.#repeated.get(first) ?? 1) + 1);
    if (this.#repeatedTitles.size < mostRepeatedTitles && !this.#repeatedTitles.has(first)) {
      this.#repeatedTitles.set(first, exampleTitle(example) ?? null);
    }
  }

  /** Twice as many as wanted are gathered before the shorter half goes, so that this is rare. */
  #keepTitle(line: number, characters: number, example: Readonly<Record<string, unknown>>): void {
    if (characters < this.#longEnough) return;
    this.#longTitles.set(line, exampleTitle(example) ?? null);
    if (this.#longTitles.size < 2 * mostLong) return;
    const length = (of: number): number => this.#lines.characters[of] ?? 0;
    const sorted = [...this.#longTitles.keys()].sort((one, other) => length(other) - length(one));
    for (const short of sorted.slice(mostLong)) this.#longTitles.delete(short);
    this.#longEnough = length(sorted[mostLong - 1] ?? 0) + 1;
  }

  #roleIndex(name: string): number {
    const known = this.#roles.findIndex((role) => role.name === name);
    if (known >= 0) return known;
    if (this.#roles.length <= mostRoles) {
      const isLast = this.#roles.length === mostRoles;
      this.#roles.push({ name: isLast ? null : name, sums: { messages: 0, examples: 0, characters: 0 } });
    }
    return this.#roles.length - 1;
  }

  #addSystem(message: Readonly<Record<string, unknown>> | undefined): number {
    if (!isInstruction(message?.['role'])) {
      this.#withoutSystem += 1;
      return 0;
    }
    const text = contentText(message?.['content']);
    const digest = digestOf(text);
    const known = this.#systems.get(digest);
    if (known) {
      known.examples += 1;
      return known.id;
    }
    if (this.#systems.size === mostSystems) {
      this.#otherSystems += 1;
      return otherSystems;
    }
    const id = this.#systems.size + 1;
    this.#systems.set(digest, { id, text: text.slice(0, shownText), examples: 1 });
    return id;
  }

  #systemShares(): readonly SystemShare[] {
    const none = { id: 0, text: null, examples: this.#withoutSystem };
    const others = { id: otherSystems, text: null, examples: this.#otherSystems };
    const prompts = [none, ...this.#systems.values()].filter(({ examples }) => examples > 0);
    const most = prompts.toSorted((one, other) => other.examples - one.examples).slice(0, listed);
    const shown = most.map(({ id, text, examples }) => ({ id, text, examples }));
    return others.examples > 0 ? [...shown, others] : shown;
  }

  #distribution(measure: Measure, asPrepared: boolean): Distribution | null {
    const known = this.#distributions.get(measure);
    if (known !== undefined && (asPrepared || !this.#stale.has(measure))) return known;
    const distribution = distributionOf(this.#lines[measure].subarray(0, this.#lines.length)) ?? null;
    this.#distributions.set(measure, distribution);
    this.#stale.delete(measure);
    return distribution;
  }

  #longest(measure: 'tokens' | 'characters'): readonly LongExample[] {
    const { length, tokens, characters } = this.#lines;
    const values = this.#lines[measure];
    const top: number[] = [];
    for (let line = 0; line < length; line += 1) {
      const value = values[line] ?? -1;
      if (value < 0 || (top.length === listed && value <= (values[top.at(-1) ?? 0] ?? 0))) continue;
      const at = top.findIndex((other) => (values[other] ?? 0) < value);
      top.splice(at < 0 ? top.length : at, 0, line);
      top.length = Math.min(top.length, listed);
    }
    return top.map((line) => {
      const known = tokens[line] ?? -1;
      const title = this.#longTitles.get(line) ?? null;
      return { line, title, characters: characters[line] ?? 0, tokens: known < 0 ? null : known };
    });
  }
}

function parseExample(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The conversation of an example, of a preference pair with its preferred end; undefined if it has none. */
function messagesOf(example: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] | undefined {
  const input = isRecord(example['input']) ? example['input'] : example;
  const { messages } = input;
  if (!Array.isArray(messages)) return undefined;
  const preferred = example['preferred_output'];
  return [...(messages as readonly unknown[]), ...(Array.isArray(preferred) ? (preferred as readonly unknown[]) : [])].filter(isRecord);
}

function isInstruction(role: unknown): boolean {
  return role === 'system' || role === 'developer';
}

/** 53 bits of a text: that two of a million different texts share them is less likely than one in ten thousand. */
function digestOf(text: string): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    high = Math.imul(high ^ unit, 0x5f356495);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  return 4294967296 * (high & 0x1fffff) + (low >>> 0);
}
