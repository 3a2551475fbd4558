import * as vscode from 'vscode';
import { AllowList, allowFile, allowLine } from '../core/dataset/safety/allowList.ts';

const decoder = new TextDecoder();

/** The sensitive values that each workspace folder allows in its training files; they follow the file on disk. */
export class AllowLists implements vscode.Disposable {
  readonly #lists = new Map<string, AllowList>();
  readonly #changed = new vscode.EventEmitter<vscode.WorkspaceFolder>();
  readonly #subscriptions: vscode.Disposable;
  #loaded: Promise<void>;

  /** The list of a folder is another one now. */
  readonly onDidChange = this.#changed.event;

  constructor() {
    const watcher = vscode.workspace.createFileSystemWatcher(`**/${allowFile}`);
    const follow = (uri: vscode.Uri): void => {
      const folder = vscode.workspace.getWorkspaceFolder(uri);
      if (folder && uri.toString() === fileIn(folder).toString()) {
        void this.#load(folder);
      }
    };
    this.#subscriptions = vscode.Disposable.from(
      watcher,
      watcher.onDidChange(follow),
      watcher.onDidCreate(follow),
      watcher.onDidDelete(follow),
      vscode.workspace.onDidChangeWorkspaceFolders(({ added }) => {
        this.#loaded = Promise.all([this.#loaded, ...added.map((folder) => this.#load(folder))]).then(() => {});
      }),
    );
    this.#loaded = Promise.all((vscode.workspace.workspaceFolders ?? []).map((folder) => this.#load(folder))).then(() => {});
  }

  /** What is known of the list for a file; undefined if its folder has none. */
  listFor(uri: vscode.Uri): AllowList | undefined {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    return folder && this.#lists.get(folder.uri.toString());
  }

  /** Resolves once the lists were read that were there at the start. */
  async loaded(): Promise<void> {
    await this.#loaded;
  }

  /**
   * Allows a value in the training files of a folder. Its hash is written, so that the value gets into no other file.
   * @throws if the file cannot be written
   */
  async allow(folder: vscode.WorkspaceFolder, value: string, remark: string): Promise<void> {
    const uri = fileIn(folder);
    const known = (await read(uri)) ?? `# ${vscode.l10n.t('Values that may stand in training files: one value, or sha256: and its hash, per line.')}\n`;
    const text = `${known}${known === '' || known.endsWith('\n') ? '' : '\n'}${allowLine(value)} # ${remark}\n`;
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    await this.#load(folder);
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#changed.dispose();
  }

  async #load(folder: vscode.WorkspaceFolder): Promise<void> {
    const key = folder.uri.toString();
    const text = await read(fileIn(folder));
    if (text === undefined && !this.#lists.has(key)) {
      return;
    }
    if (text === undefined) {
      this.#lists.delete(key);
    } else {
      this.#lists.set(key, new AllowList(text));
    }
    this.#changed.fire(folder);
  }
}

function fileIn(folder: vscode.WorkspaceFolder): vscode.Uri {
  return vscode.Uri.joinPath(folder.uri, allowFile);
}

async function read(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return decoder.decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}
