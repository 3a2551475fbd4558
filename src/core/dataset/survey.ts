type Container = Readonly<Record<string, unknown>> | readonly unknown[];

/** Number of keys of a parsed value at every depth. It does not recurse: lines may be nested very deep. */
export function keysIn(value: Readonly<Record<string, unknown>>): number {
  let keys = 0;
  const open: Container[] = [value];
  for (let container = open.pop(); container; container = open.pop()) {
    if (isArray(container)) {
      for (const item of container) {
        if (typeof item === 'object' && item !== null) {
          open.push(item as Container);
        }
      }
    } else {
      for (const key in container) {
        keys += 1;
        const item = container[key];
        if (typeof item === 'object' && item !== null) {
          open.push(item as Container);
        }
      }
    }
  }
  return keys;
}

/**
 * True if a string of a parsed line holds half of a surrogate pair, or may: such a half stands in the line itself, or
 * is written as an escape, so that the values of few lines are looked at.
 */
export function mayHoldHalves(line: string, value: Readonly<Record<string, unknown>>): boolean {
  return !line.isWellFormed() || (line.includes('\\u') && holdsHalves(value));
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
