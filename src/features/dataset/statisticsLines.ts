import * as vscode from 'vscode';
import { exampleTitle } from '../../core/dataset/exampleTitle.ts';
import type { DatasetStatistics, Selection } from '../../core/dataset/statistics.ts';
import { numberFormat } from '../../messages/numberFormat.ts';

/** More lines are no list to choose from. */
const mostItems = 1_000;
const longestLine = 64 * 1024;

type LineItem = vscode.QuickPickItem & { readonly line: number };

/** Goes to the line of a selection; of several the person chooses one, and sees each on the way. */
export async function showLines(
  uri: vscode.Uri,
  statistics: DatasetStatistics,
  selection: Selection,
  { title, column }: { readonly title: string; readonly column: vscode.ViewColumn | undefined },
): Promise<void> {
  const lines: number[] = [];
  let found = 0;
  for (const line of statistics.select(selection)) {
    found += 1;
    if (lines.length < mostItems) lines.push(line);
  }
  const [only] = lines;
  if (only === undefined) return;
  if (found === 1) {
    await reveal(uri, only, column, false);
    return;
  }
  const picked = await pickLine(uri, lines, found, title, column);
  if (picked !== undefined) await reveal(uri, picked, column, false);
}

async function pickLine(
  uri: vscode.Uri,
  lines: readonly number[],
  found: number,
  title: string,
  column: vscode.ViewColumn | undefined,
): Promise<number | undefined> {
  const document = await openIfPossible(uri);
  const count = numberFormat(vscode.env.language);
  const pick = vscode.window.createQuickPick<LineItem>();
  pick.title = title;
  pick.placeholder =
    found > lines.length
      ? vscode.l10n.t('The first {0} of {1} lines', count.format(lines.length), count.format(found))
      : vscode.l10n.t('{0} lines', count.format(found));
  pick.items = lines.map((line) => ({
    line,
    label: vscode.l10n.t('Line {0}', count.format(line + 1)),
    description: document === undefined ? '' : titleOf(document, line),
  }));
  pick.matchOnDescription = true;
  // The first one is chosen by the list itself and moves nothing.
  let moved = false;
  pick.onDidChangeActive(([item]) => {
    if (moved && item !== undefined) void reveal(uri, item.line, column, true).then(undefined, () => undefined);
    moved = true;
  });
  try {
    return await new Promise<number | undefined>((resolve) => {
      pick.onDidAccept(() => resolve(pick.activeItems[0]?.line));
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}

/** Undefined for a file that VS Code does not hand to extensions. */
async function openIfPossible(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    return undefined;
  }
}

/** Also for a file too large for extensions: its lines can be shown, only not read. */
async function reveal(
  uri: vscode.Uri,
  line: number,
  column: vscode.ViewColumn | undefined,
  preserveFocus: boolean,
): Promise<void> {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  const length = document !== undefined && line < document.lineCount ? document.lineAt(line).text.length : 0;
  await vscode.commands.executeCommand('vscode.open', uri, {
    selection: new vscode.Range(line, 0, line, length),
    preserveFocus,
    preview: false,
    ...(column === undefined ? {} : { viewColumn: column }),
  });
}

function titleOf(document: vscode.TextDocument, line: number): string {
  if (line >= document.lineCount) return '';
  const { text } = document.lineAt(line);
  if (text.length > longestLine) return '';
  try {
    return exampleTitle(JSON.parse(text)) ?? '';
  } catch {
    return text.slice(0, 80);
  }
}
