import * as vscode from 'vscode';
import type { Connection, Connections } from '../../platform/connections.ts';

/** What a model passes; each tool narrows what it needs. */
export type ToolInput = Readonly<Record<string, unknown>>;

/** One tool; `run` yields what is told as JSON, and throws a sentence that the model can act on. */
export type Tool = {
  /** As in package.json. */
  readonly name: string;
  /** Must be quick and change nothing: it may be asked without the tool being run. */
  prepare?(input: ToolInput): Promise<vscode.PreparedToolInvocation>;
  run(input: ToolInput, token: vscode.CancellationToken): Promise<unknown>;
};

/** The connection that a model names by id or label; without a name the current one. */
export function readConnection(connections: Connections, input: ToolInput): Connection {
  const named = input['connection'];
  if (typeof named !== 'string' || named === '') return connections.current;
  const found = connections.all().find(({ id, label }) => id === named || label.toLowerCase() === named.toLowerCase());
  if (found !== undefined) return found;
  throw new Error(`There is no connection "${named}". Known: ${connections.all().map(({ id }) => id).join(', ')}.`);
}

/** A file that a model names; only files of the workspace are its business. */
export function readWorkspaceFile(input: ToolInput, key: string): vscode.Uri | undefined {
  const path = input[key];
  if (typeof path !== 'string' || path.trim() === '') return undefined;
  const folders = vscode.workspace.workspaceFolders ?? [];
  for (const folder of folders) {
    const isAbsolute = path.startsWith('/') || /^[a-z]:[\\/]/i.test(path);
    const uri = isAbsolute ? folder.uri.with({ path: vscode.Uri.file(path).path }) : vscode.Uri.joinPath(folder.uri, path);
    if (vscode.workspace.getWorkspaceFolder(uri) !== undefined) return uri;
  }
  throw new Error(`"${path}" is no file of the open folder.`);
}
