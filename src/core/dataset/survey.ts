type Container = Readonly<Record<string, unknown>> | readonly unknown[];

/** Deeper values are put aside: lines may be nested deeper than a call stack is. */
const deepest = 50;

/** Number of keys of a parsed value at every depth. */
export function keysIn(value: Readonly<Record<string, unknown>>): number {
  const aside: Container[] = [];
  let keys = count(value, 0, aside);
  for (let container = aside.pop(); container; container = aside.pop()) {
    keys += count(container, 0, aside);
  }
  return keys;
}

function count(container: Container, depth: number, aside: Container[]): number {
  if (depth > deepest) {
    aside.push(container);
    return 0;
  }
  let keys = 0;
  if (isArray(container)) {
    for (let at = 0; at < container.length; at += 1) {
      const item = container[at];
      if (typeof item === 'object' && item !== null) {
        keys += count(item as Container, depth + 1, aside);
      }
    }
  } else {
    for (const key in container) {
      keys += 1;
      const item = container[key];
      if (typeof item === 'object' && item !== null) {
        keys += count(item as Container, depth + 1, aside);
      }
    }
  }
  return keys;
}

/**
 * True if a string of a parsed line holds half of a surrogate pair, or may: such a half stands in the line itself,
 * unless that was `decoded` from bytes, or is written as an escape, so that the values of few lines are looked at.
 */
export function mayHoldHalves(line: string, value: Readonly<Record<string, unknown>>, decoded: boolean): boolean {
  return !(decoded || line.isWellFormed()) || (line.includes('\\u') && holdsHalves(value));
}

function holdsHalves(value: Readonly<Record<string, unknown>>): boolean {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const item = open.pop();
    if (typeof item === 'string') {
      if (!item.isWellFormed()) {
        return true;
      }
    } else if (typeof item === 'object' && item !== null) {
      // Keys are strings as well.
      for (const [key, inner] of Object.entries(item)) {
        open.push(key, inner);
      }
    }
  }
  return false;
}

function isArray(value: Container): value is readonly unknown[] {
  return Array.isArray(value);
}

declare global {
  interface String {
    /** False if the text holds half of a surrogate pair (ES2024; every host of ours has it). */
    isWellFormed(): boolean;
  }
}
