/** A place in a text: line from 0, character from 0 in UTF-16 units, as in editors. */
export type Position = { readonly line: number; readonly character: number };

/** From `start` up to, not including, `end`. */
export type Range = { readonly start: Position; readonly end: Position };

/** Replaces a range by a text. Line breaks in the text may be of any kind. */
export type TextEdit = { readonly range: Range; readonly text: string };

/** From `start` up to, not including, `end`, in UTF-16 units of one line. */
export type Span = { readonly start: number; readonly end: number };

/** The same text elsewhere can be read line by line; an editor's document is one. */
export interface LineSource {
  readonly lineCount: number;
  /** Text of the line without its line break; a byte-order mark is part of the first line. */
  lineAt(line: number): string;
}

export function rangeOf(line: number, span: Span): Range {
  return { start: { line, character: span.start }, end: { line, character: span.end } };
}
