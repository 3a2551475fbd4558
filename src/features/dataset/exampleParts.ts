import * as vscode from 'vscode';
import type { OutlinePart } from '../../core/dataset/exampleOutline.ts';

/** What an example that is shown as YAML consists of: for its outline and breadcrumbs, and for folding its messages. */
export class ExampleParts implements vscode.DocumentSymbolProvider, vscode.FoldingRangeProvider {
  async provideDocumentSymbols(document: vscode.TextDocument): Promise<vscode.DocumentSymbol[]> {
    return (await partsOf(document)).map((part) => toSymbol(document, part));
  }

  async provideFoldingRanges(document: vscode.TextDocument): Promise<vscode.FoldingRange[]> {
    return [...folded(await partsOf(document))].map(({ firstLine, lastLine }) => new vscode.FoldingRange(firstLine, lastLine));
  }
}

/** A longer text would hold up the editor while it is read. In UTF-16 units. */
const longestText = 256 * 1024;

/** The YAML library is loaded with the first example. */
async function partsOf(document: vscode.TextDocument): Promise<readonly OutlinePart[]> {
  if (document.getText().length > longestText) return [];
  const { exampleOutline } = await import('../../core/dataset/exampleYaml.ts');
  return exampleOutline(document.getText());
}

function toSymbol(document: vscode.TextDocument, { kind, title, detail, firstLine, lastLine, parts }: OutlinePart): vscode.DocumentSymbol {
  const { range } = document.lineAt(firstLine);
  const whole = range.union(document.lineAt(Math.min(lastLine, document.lineCount - 1)).range);
  const symbol = new vscode.DocumentSymbol(title, detail, symbolKinds[kind], whole, range);
  // That a message has a role and a content is said by its own line.
  symbol.children = parts.filter((part) => part.kind !== 'key' || part.parts.length > 0).map((part) => toSymbol(document, part));
  return symbol;
}

const symbolKinds = {
  key: vscode.SymbolKind.Property,
  message: vscode.SymbolKind.String,
  call: vscode.SymbolKind.Function,
  item: vscode.SymbolKind.Array,
} as const;

function* folded(parts: readonly OutlinePart[]): IterableIterator<OutlinePart> {
  for (const part of parts) {
    if (part.lastLine > part.firstLine) yield part;
    yield* folded(part.parts);
  }
}
