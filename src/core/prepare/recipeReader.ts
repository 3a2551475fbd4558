import type { Node } from 'jsonc-parser';
import { closestName } from './suggestion.ts';
import type { ExpectedType, RecipeProblem, RecipeProblemFacts, TextRange } from './recipeProblem.ts';

/** A member of a recipe: its dotted key and the syntax node of its value. */
export type Member = { readonly key: string; readonly node: Node };

/** Reads typed values out of a JSON syntax tree and collects what is wrong, each at its place. */
export class RecipeReader {
  readonly text: string;
  readonly problems: RecipeProblem[] = [];

  constructor(text: string) {
    this.text = text;
  }

  error(range: TextRange, facts: RecipeProblemFacts): undefined {
    this.problems.push({ ...facts, severity: 'error', range });
  }

  warn(range: TextRange, facts: RecipeProblemFacts): void {
    this.problems.push({ ...facts, severity: 'warning', range });
  }

  /** The members of an object by their own name; unknown and repeated names are reported. */
  members(owner: Member, known: readonly string[]): ReadonlyMap<string, Member> | undefined {
    if (owner.node.type !== 'object') return this.wrongType(owner, 'object');
    const found = new Map<string, Member>();
    for (const property of owner.node.children ?? []) {
      const [name, node] = property.children ?? [];
      if (name === undefined || node === undefined) continue;
      const key = join(owner.key, String(name.value));
      if (!known.includes(String(name.value))) {
        const suggestion = closestName(String(name.value), known);
        this.warn(rangeOf(name), { code: 'recipe.keyUnknown', key, suggestion });
      } else if (found.has(String(name.value))) {
        this.error(rangeOf(name), { code: 'recipe.keyTwice', key });
      } else {
        found.set(String(name.value), { key, node });
      }
    }
    return found;
  }

  /** The member, or undefined after reporting that it is missing. */
  required(owner: Member, members: ReadonlyMap<string, Member>, name: string): Member | undefined {
    const member = members.get(name);
    if (member !== undefined) return member;
    const { offset } = owner.node;
    return this.error({ start: offset, end: offset + 1 }, { code: 'recipe.keyMissing', key: join(owner.key, name) });
  }

  items(member: Member): readonly Member[] | undefined {
    if (member.node.type !== 'array') return this.wrongType(member, 'array');
    return (member.node.children ?? []).map((node, index) => ({ key: `${member.key}[${index}]`, node }));
  }

  string(member: Member): string | undefined {
    return typeof member.node.value === 'string' ? member.node.value : this.wrongType(member, 'text');
  }

  filledString(member: Member): string | undefined {
    const value = this.string(member);
    if (value !== undefined && value.trim() === '') {
      return this.error(rangeOf(member.node), { code: 'recipe.valueEmpty', key: member.key });
    }
    return value;
  }

  boolean(member: Member): boolean | undefined {
    return typeof member.node.value === 'boolean' ? member.node.value : this.wrongType(member, 'boolean');
  }

  oneOf<T extends string>(member: Member, allowed: readonly T[]): T | undefined {
    const value = this.string(member);
    if (value === undefined) return undefined;
    const match = allowed.find((item) => item === value);
    return match ?? this.error(rangeOf(member.node), { code: 'recipe.valueUnknown', key: member.key, value, allowed });
  }

  number(
    member: Member,
    limits: { readonly whole: boolean; readonly minimum: number; readonly maximum?: number; readonly exclusive?: true },
  ): number | undefined {
    const value: unknown = member.node.value;
    if (typeof value !== 'number' || (limits.whole && !Number.isInteger(value))) {
      return this.wrongType(member, limits.whole ? 'wholeNumber' : 'number');
    }
    const { minimum, maximum = null, exclusive = false } = limits;
    const tooSmall = exclusive ? value <= minimum : value < minimum;
    const tooLarge = maximum !== null && (exclusive ? value >= maximum : value > maximum);
    if (!tooSmall && !tooLarge) return value;
    const facts = { code: 'recipe.numberOutOfRange', key: member.key, minimum, maximum, exclusive } as const;
    return this.error(rangeOf(member.node), facts);
  }

  /** Where a piece of a string's value stands in the text, escapes taken into account. */
  rangeInside(node: Node, start: number, end: number): TextRange {
    const raw = this.text.slice(node.offset + 1, node.offset + node.length - 1);
    const base = node.offset + 1;
    return { start: base + rawOffset(raw, start), end: base + rawOffset(raw, end) };
  }

  private wrongType(member: Member, expected: ExpectedType): undefined {
    return this.error(rangeOf(member.node), { code: 'recipe.typeWrong', key: member.key, expected });
  }
}

export function rangeOf(node: Node): TextRange {
  return { start: node.offset, end: node.offset + node.length };
}

function join(owner: string, name: string): string {
  return owner === '' ? name : `${owner}.${name}`;
}

/** The offset, in a string as it is written in JSON, of the n-th UTF-16 unit of its value. */
function rawOffset(raw: string, index: number): number {
  let offset = 0;
  for (let unit = 0; unit < index && offset < raw.length; unit++) {
    offset += raw[offset] !== '\\' ? 1 : raw[offset + 1] === 'u' ? 6 : 2;
  }
  return offset;
}
