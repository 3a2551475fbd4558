import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { ExampleFault } from '../../core/dataset/exampleYaml.ts';
import { countLineBreaks } from '../../core/jsonl/lines.ts';
import { shown } from '../../messages/plainText.ts';
import { DisposableStore } from '../../platform/disposables.ts';

/** Scheme of documents that show one line of a training file. */
export const exampleScheme = 'tunesmith-example';

/** Where a document's line is now. It moves with edits above it; an edit of the line itself makes the document newer. */
type Example = {
  readonly uri: vscode.Uri;
  readonly source: vscode.Uri;
  line: number;
  changedAt: number;
  isGone: boolean;
};

type Address = { readonly source: string; readonly line: number; readonly sha256: string };

/**
 * Lines of training files as documents of their own. Saving one changes its line in the training file's editor, which
 * the person saves as ever. After a reload of the window a document finds its line again if that did not change.
 */
export class ExampleFiles implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #examples = new Map<string, Example>();
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
  readonly onDidChangeFile = this.#changed.event;

  constructor() {
    this.#disposables.add(vscode.workspace.registerFileSystemProvider(exampleScheme, this));
    this.#disposables.add(vscode.workspace.onDidChangeTextDocument((change) => this.#follow(change)));
    this.#disposables.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === exampleScheme) this.#examples.delete(uri.toString());
      }),
    );
  }

  /** The document of a line. */
  async uriOf(document: vscode.TextDocument, line: number): Promise<vscode.Uri> {
    const known = [...this.#examples.values()].find(
      (example) => example.line === line && !example.isGone && example.source.toString() === document.uri.toString(),
    );
    if (known) return known.uri;
    const address: Address = { source: document.uri.toString(), line, sha256: await hashOf(document.lineAt(line).text) };
    const name = posix.basename(document.uri.path).replace(/\.[^.]*$/, '');
    return vscode.Uri.from({
      scheme: exampleScheme,
      path: `/${name} ${line + 1}.yaml`,
      query: JSON.stringify(address),
    });
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const example = await this.#find(uri);
    const { length } = await this.readFile(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: example.changedAt, size: length };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { source, line } = await this.#find(uri);
    const document = await vscode.workspace.openTextDocument(source);
    const shown = await showExample(document.lineAt(line).text, line);
    if ('problem' in shown) throw vscode.FileSystemError.Unavailable(shown.problem);
    return new TextEncoder().encode(shown.text);
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const example = await this.#find(uri);
    const document = await vscode.workspace.openTextDocument(example.source);
    const { range, text } = document.lineAt(example.line);
    const { toExampleLine } = await import('../../core/dataset/exampleYaml.ts');
    const written = toExampleLine(new TextDecoder().decode(content), text);
    if (written.kind === 'wrong') throw vscode.FileSystemError.Unavailable(faultText(written.reason));
    if (written.line === text) return;
    const edit = new vscode.WorkspaceEdit();
    edit.replace(example.source, range, written.line);
    if (!(await vscode.workspace.applyEdit(edit))) {
      throw vscode.FileSystemError.Unavailable(vscode.l10n.t('The training file could not be edited.'));
    }
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#examples.clear();
    this.#disposables.dispose();
  }

  async #find(uri: vscode.Uri): Promise<Example> {
    const known = this.#examples.get(uri.toString());
    if (known?.isGone) throw vscode.FileSystemError.FileNotFound(uri);
    if (known) return known;
    const address = readAddress(uri);
    if (address === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    const source = vscode.Uri.parse(address.source, true);
    const document = await vscode.workspace.openTextDocument(source);
    const line = address.line < document.lineCount ? document.lineAt(address.line).text : '';
    if ((await hashOf(line)) !== address.sha256) throw vscode.FileSystemError.FileNotFound(uri);
    const example = { uri, source, line: address.line, changedAt: Date.now(), isGone: false };
    this.#examples.set(uri.toString(), example);
    return example;
  }

  #follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (this.#examples.size === 0) return;
    const key = document.uri.toString();
    const of = [...this.#examples.values()].filter(({ source, isGone }) => !isGone && source.toString() === key);
    const news: vscode.FileChangeEvent[] = [];
    for (const example of of) {
      for (const { range, text } of contentChanges) {
        if (range.end.line < example.line || (range.end.line === example.line && range.end.character === 0 && text.endsWith('\n'))) {
          example.line += countLineBreaks(text) - (range.end.line - range.start.line);
        } else if (range.start.line <= example.line) {
          example.isGone = range.start.line < example.line || range.end.line > example.line;
          example.changedAt = Math.max(Date.now(), example.changedAt + 1);
          const type = example.isGone ? vscode.FileChangeType.Deleted : vscode.FileChangeType.Changed;
          news.push({ type, uri: example.uri });
        }
      }
    }
    if (news.length > 0) this.#changed.fire(news);
  }
}

/** The text of an example, or why it cannot be shown. */
export async function showExample(json: string, line: number): Promise<{ text: string } | { problem: string }> {
  const { toExampleText } = await import('../../core/dataset/exampleYaml.ts');
  try {
    const shown = toExampleText(json);
    if (shown.kind === 'text') return shown;
  } catch {
    return { problem: vscode.l10n.t('Line {0} is not valid JSON. Mend the marked mistake first.', line + 1) };
  }
  return {
    problem: vscode.l10n.t('Line {0} holds something that would not come back unchanged. Edit it as it is.', line + 1),
  };
}

function faultText(fault: ExampleFault): string {
  switch (fault.kind) {
    case 'syntax':
      return fault.line === undefined
        ? vscode.l10n.t('The text cannot be read: {0}', shown(fault.message))
        : vscode.l10n.t('Line {0} cannot be read: {1}', fault.line, shown(fault.message));
    case 'alias':
      return vscode.l10n.t('Anchors and aliases (&, *) have no counterpart in JSON. Write the value twice.');
    case 'notFinite':
      return vscode.l10n.t('JSON has no such number (.nan, .inf).');
    case 'notObject':
      return vscode.l10n.t('An example consists of keys and values, such as "messages:".');
  }
}

function readAddress(uri: vscode.Uri): Address | undefined {
  try {
    const { source, line, sha256 } = JSON.parse(uri.query) as Partial<Address>;
    const isWhole = typeof source === 'string' && Number.isSafeInteger(line) && typeof sha256 === 'string';
    return isWhole && line !== undefined && line >= 0 ? { source, line, sha256 } : undefined;
  } catch {
    return undefined;
  }
}

async function hashOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
