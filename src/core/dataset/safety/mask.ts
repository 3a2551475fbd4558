import type { LineProblem } from '../problem.ts';

const mask = '[…]';

/** The problem without sensitive values in its facts: they get into messages, logs and reports. */
export function withoutValues(problem: LineProblem, values: readonly string[]): LineProblem {
  const facts = Object.entries(problem);
  const clean = facts.map(([name, fact]) => [name, withoutValue(fact, values)] as const);
  return clean.every(([, fact], index) => fact === facts[index]?.[1]) ? problem : (Object.fromEntries(clean) as LineProblem);
}

function withoutValue(fact: unknown, values: readonly string[]): unknown {
  if (typeof fact !== 'string') {
    return fact;
  }
  let text = fact;
  for (const value of values) {
    text = text.replaceAll(value, mask);
    // A fact may be cut: what is left of the value at its end gives it away as well.
    const cut = overlap(text.replace(/…$/, ''), value);
    text = cut >= 6 ? `${text.replace(/…$/, '').slice(0, -cut)}${mask}` : text;
  }
  return text;
}

/** Length of the longest end of a text that a value starts with. */
function overlap(text: string, value: string): number {
  for (let length = Math.min(text.length, value.length); length > 0; length -= 1) {
    if (value.startsWith(text.slice(-length))) {
      return length;
    }
  }
  return 0;
}
