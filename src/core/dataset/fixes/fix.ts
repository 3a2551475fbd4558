import type { LineEdit } from '../../jsonl/lineEdit.ts';
import type { TextEdit } from '../../jsonl/position.ts';
import type { CompletionKey } from '../codes/formatCodes.ts';

/** What a fix does, with the facts of its title. */
export type FixKind =
  | { readonly kind: 'removeTrailingComma' }
  | { readonly kind: 'uncomment' }
  | { readonly kind: 'deleteLine' }
  | { readonly kind: 'convertPython' }
  | { readonly kind: 'splitLine'; readonly parts: number }
  | { readonly kind: 'escapeControlCharacters' }
  | { readonly kind: 'closeBrackets'; readonly closers: string }
  | { readonly kind: 'convertToLines' }
  | { readonly kind: 'removeByteOrderMark' }
  | { readonly kind: 'removeKey'; readonly key: string }
  | { readonly kind: 'removeDuplicateKey'; readonly key: string }
  | { readonly kind: 'renameKey'; readonly from: string; readonly to: string }
  | { readonly kind: 'insertKey'; readonly key: string; readonly value: string }
  | { readonly kind: 'setValue'; readonly value: string }
  | { readonly kind: 'stringify' }
  | { readonly kind: 'decode' }
  | { readonly kind: 'wrapInArray' }
  | { readonly kind: 'wrapInObject'; readonly key: string }
  | { readonly kind: 'wrapAsText' }
  | { readonly kind: 'trim' }
  | { readonly kind: 'redact'; readonly placeholder: string }
  | { readonly kind: 'removePart' }
  | { readonly kind: 'removeMessage' }
  | { readonly kind: 'removeTrailingMessages'; readonly count: number }
  | { readonly kind: 'moveSystemFirst' }
  | { readonly kind: 'trainLastAnswer' }
  | { readonly kind: 'addByteOrderMark' }
  | { readonly kind: 'wrapAsAnswer' }
  | { readonly kind: 'wrapAsQuestion' }
  | { readonly kind: 'removeAnswer' }
  | { readonly kind: 'mergeMessages' }
  | { readonly kind: 'removeHalves' }
  | { readonly kind: 'removeInvisible' }
  | { readonly kind: 'convertFunctions' }
  | { readonly kind: 'renameFunction'; readonly from: string; readonly to: string }
  | { readonly kind: 'declareFunction'; readonly name: string }
  | { readonly kind: 'removeTool' }
  | { readonly kind: 'removeItem' }
  | { readonly kind: 'makeStrict' }
  | { readonly kind: 'convertToChat' }
  | { readonly kind: 'appendToAll'; readonly key: CompletionKey; readonly text: string }
  | { readonly kind: 'spaceBeforeAll' };

/** A mend of one problem as pure data. The edits touch only what must change. */
export type Fix = FixKind & {
  readonly edits: readonly TextEdit[];
  /** The one mend that is meant without doubt. */
  readonly preferred: boolean;
};

/** A mend inside one line, before it is known to help. */
export type LineFix = FixKind & { readonly lineEdits: readonly LineEdit[]; readonly preferred: boolean };

export function lineFix(fix: FixKind, preferred: boolean, ...lineEdits: readonly LineEdit[]): LineFix {
  return { ...fix, preferred, lineEdits };
}
