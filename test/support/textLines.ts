import { splitLines } from '../../src/core/jsonl/lines.ts';
import type { LineSource, TextEdit } from '../../src/core/jsonl/position.ts';

/** A text that is edited as an editor edits it. */
export class TextLines implements LineSource {
  #lines: string[];

  /** A text, or its lines, which then stay the strings that they are. */
  constructor(text: string | readonly string[]) {
    this.#lines = typeof text === 'string' ? splitLines(text) : [...text];
  }

  get lineCount(): number {
    return this.#lines.length;
  }

  lineAt(line: number): string {
    return this.#lines[line] ?? '';
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  apply({ range: { start, end }, text }: TextEdit): void {
    const before = this.lineAt(start.line).slice(0, start.character);
    const after = this.lineAt(end.line).slice(end.character);
    this.#lines.splice(start.line, end.line - start.line + 1, ...splitLines(before + text + after));
  }

  /** Applies edits that do not overlap, all of them meant for the text as it is now. */
  applyAll(edits: readonly TextEdit[]): void {
    const lastFirst = edits.toSorted(
      ({ range: { start: one } }, { range: { start: other } }) =>
        other.line - one.line || other.character - one.character,
    );
    for (const edit of lastFirst) {
      this.apply(edit);
    }
  }
}
