/** A recipe with every default filled in: how rows become examples. Paths are as written, relative to the recipe. */
export type Recipe = {
  readonly version: 1;
  readonly source: SourceSettings;
  /** A row is kept only if each of these columns holds at least one character. */
  readonly notEmpty: readonly string[];
  readonly dropColumns: readonly string[];
  readonly messages: readonly MessageTemplate[];
  /** `exact`: of examples that would be written as the same line, only the first is kept. */
  readonly dedupe: Dedupe;
  readonly validation: ValidationSplit | null;
  readonly outputs: { readonly training: string; readonly validation: string | null };
};

export type SourceSettings = {
  readonly file: string;
  readonly format: SourceFormat | 'auto';
  readonly delimiter: Delimiter | 'auto';
  readonly encoding: Encoding | 'auto';
  /** Takes white space off both ends of every cell. */
  readonly trim: boolean;
};

export type MessageTemplate = { readonly role: MessageRole; readonly content: string };

export type ValidationSplit = {
  readonly size: { readonly kind: 'fraction' | 'count'; readonly value: number };
  readonly seed: number;
};

export const sourceFormats = ['csv', 'tsv', 'json', 'jsonl'] as const;
export type SourceFormat = (typeof sourceFormats)[number];

/** `tab` is also accepted as a tab character. */
export const delimiters = [',', ';', 'tab', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number];

export const messageRoles = ['system', 'user', 'assistant'] as const;
export type MessageRole = (typeof messageRoles)[number];

export const dedupes = ['exact', 'none'] as const;
type Dedupe = (typeof dedupes)[number];

export const defaultSeed = 42;
export const maxSeed = 0xffff_ffff;
