import { sha256 } from './sha256.ts';

/** Where a workspace keeps the values that may stand in its training files, from its root. */
export const allowFile = '.tunesmith/allow.txt';

/** Values that are meant to stand in training files. */
export class AllowList {
  /** What the list was made of. */
  readonly text: string;
  readonly #values = new Set<string>();
  readonly #hashes = new Set<string>();

  /** One value or `sha256:` with its hexadecimal hash per line; `#` starts a comment line, ` # ` a comment. */
  constructor(text: string) {
    this.text = text;
    for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
      const entry = line.replace(/\s#\s.*$/, '').trim();
      const hash = /^(?:sha256:)([0-9a-f]{64})$/i.exec(entry)?.[1] ?? /^[0-9a-f]{64}$/i.exec(entry)?.[0];
      if (hash !== undefined) {
        this.#hashes.add(hash.toLowerCase());
      } else if (entry !== '' && !entry.startsWith('#')) {
        this.#values.add(entry);
      }
    }
  }

  allows(value: string): boolean {
    return this.#values.has(value) || (this.#hashes.size > 0 && this.#hashes.has(sha256(value)));
  }
}

/** The line that allows a value without naming it. */
export function allowLine(value: string): string {
  return `sha256:${sha256(value)}`;
}
