/** Characters that control, order, join or hide others, halves of pairs, and ends of lines that are none in JSON. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/gu;

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text of somebody else, as it stands in a sentence of ours: what is not seen is written by its code point, what
 * makes a link in notifications makes none, and a long text is cut.
 */
export function shown(text: string, longest = 120): string {
  const cut = text.length > longest ? `${text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
  return withoutLinks(cut.replace(unseen, (unit) => escapes[unit] ?? `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`));
}

/** Notifications turn `[label](address)` into a link, also one that runs a command. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

/** The facts of a problem or a mend, with all texts in them as they are shown. */
export function withShownTexts<T extends object>(facts: T): T {
  const entries = Object.entries(facts).map(([key, value]: [string, unknown]) => [key, shownValue(value)] as const);
  return Object.fromEntries(entries) as T;
}

function shownValue(value: unknown): unknown {
  if (typeof value === 'string') return shown(value);
  if (Array.isArray(value)) return value.map(shownValue);
  return typeof value === 'object' && value !== null ? withShownTexts(value) : value;
}
