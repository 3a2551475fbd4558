/** The text of each problem of an area, made of its facts. */
export type TextsOf<Codes> = { readonly [C in keyof Codes]: (facts: Codes[C]) => string };
