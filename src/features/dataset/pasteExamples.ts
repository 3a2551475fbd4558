import * as vscode from 'vscode';
import type { Format } from '../../core/dataset/format.ts';
import { pastedExamples, type PastedExamples } from '../../core/dataset/paste/pastedExamples.ts';

/** What is known of the open training file of an address. */
type DatasetOf = (uri: vscode.Uri) => { readonly format: Format | undefined } | undefined;

const plainText = 'text/plain';

/** Offers a copied table or chat as examples when it is pasted into a training file; as it is stays the first choice. */
export class PasteExamples implements vscode.DocumentPasteEditProvider {
  static readonly kind = vscode.DocumentDropOrPasteEditKind.Text.append('tunesmith', 'examples');
  static readonly metadata: vscode.DocumentPasteProviderMetadata = {
    providedPasteEditKinds: [PasteExamples.kind],
    pasteMimeTypes: [plainText],
  };
  readonly #datasetOf: DatasetOf;

  constructor(datasetOf: DatasetOf) {
    this.#datasetOf = datasetOf;
  }

  async provideDocumentPasteEdits(
    document: vscode.TextDocument,
    ranges: readonly vscode.Range[],
    transfer: vscode.DataTransfer,
    _context: vscode.DocumentPasteEditContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.DocumentPasteEdit[]> {
    const [range, ...others] = ranges;
    const dataset = this.#datasetOf(document.uri);
    if (!range || others.length > 0 || !(dataset || isNew(document))) return [];
    const text = await transfer.get(plainText)?.asString();
    if (text === undefined || token.isCancellationRequested) return [];
    const found = pastedExamples(text, dataset?.format);
    const edit = found && editFor(document, range, found);
    return edit ? [edit] : [];
  }
}

/** A file that holds nothing yet is a training file once examples are in it. */
function isNew(document: vscode.TextDocument): boolean {
  return document.languageId === 'jsonl' && document.lineCount <= 2 && document.getText().trim() === '';
}

/** Examples get lines of their own: where something else stands, below it. */
function editFor(
  document: vscode.TextDocument,
  range: vscode.Range,
  found: PastedExamples,
): vscode.DocumentPasteEdit | undefined {
  const last = document.lineAt(range.end.line);
  const before = document.lineAt(range.start.line).text.slice(0, range.start.character);
  const alone = before.trim() === '' && last.text.slice(range.end.character).trim() === '';
  if (!alone && !range.isEmpty) return undefined;
  const newline = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  const lines = found.lines.join(newline);
  const edit = new vscode.DocumentPasteEdit(alone ? lines : '', titleOf(found), PasteExamples.kind);
  if (!alone) {
    edit.additionalEdit = new vscode.WorkspaceEdit();
    edit.additionalEdit.insert(document.uri, last.range.end, `${newline}${lines}`);
  }
  edit.yieldTo = [vscode.DocumentDropOrPasteEditKind.Text];
  return edit;
}

function titleOf({ lines, skipped }: PastedExamples): string {
  if (skipped > 0) return vscode.l10n.t('Paste as Examples ({0}, without {1} incomplete rows)', lines.length, skipped);
  return vscode.l10n.t('Paste as Examples ({0})', lines.length);
}
