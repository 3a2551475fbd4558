import type { Span } from '../../jsonl/position.ts';
import type { AllowList } from './allowList.ts';
import { colonsOf, type Colons } from './colons.ts';
import type { Found, SafetyFacts } from './found.ts';
import { findPersonal } from './personal.ts';
import { hidesCharacters, hintsOf } from './prefilter.ts';
import { findSecrets } from './secrets.ts';
import { readString, stringsOf } from './strings.ts';

/** Something sensitive in a line. Only `value` holds it, for the fixes; it must get into no message, log or report. */
export type Sensitive = {
  readonly facts: SafetyFacts;
  readonly span: Span;
  readonly value: string;
  /** What may stand in its place. */
  readonly placeholder: string;
};

const none: readonly Sensitive[] = [];

/** A longer string, an embedded image for example, is not searched. In UTF-16 units. */
const longString = 1 << 20;

/**
 * Secrets and personal data in the strings of a line, escapes decoded, in order of place; what is allowed is left
 * out. Embedded files (`data:` URLs) are no text and are skipped. `colons` is for whoever looked at them already.
 */
export function findSensitive(line: string, allowed?: AllowList, colons: Colons = colonsOf(line)): readonly Sensitive[] {
  if (!hintsOf(line, colons.groups) && !hidesCharacters(line)) {
    return none;
  }
  const all: Sensitive[] = [];
  for (const string of stringsOf(line)) {
    const { raw, before } = string;
    if (raw.length < 7 || raw.length > longString || raw.startsWith('data:') || !(hintsOf(raw) || hidesCharacters(raw))) {
      continue;
    }
    const { text, spanOf } = readString(string);
    const hints = hintsOf(text);
    const found = hints ? [...findSecrets(text, before, hints), ...findPersonal(text, hints)] : [];
    for (const { facts, start, end, label } of withoutOverlap(found)) {
      const value = text.slice(start, end);
      if (!allowed?.allows(value)) {
        all.push({ facts, span: spanOf(start, end), value, placeholder: `[${label}]` });
      }
    }
  }
  return all;
}

/** Of findings that share characters the one that starts first, then the longest, then the first in the list. */
function withoutOverlap(found: readonly Found[]): Found[] {
  const kept: Found[] = [];
  for (const one of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (!last || one.start >= last.end) {
      kept.push(one);
    }
  }
  return kept;
}
