import { posix } from 'node:path';
import * as vscode from 'vscode';
import { trainingNames } from '../core/jobs/validationName.ts';
import { maximumRecipeBytes, outputsOfRecipe, recipesAmong } from '../core/prepare/folderRecipes.ts';
import { DisposableStore } from './disposables.ts';
import type { JobOrigins } from './jobOrigins.ts';

const stateKey = 'tunesmith.trainingFiles';
/** Pairs remembered; the ones noted first are forgotten first. */
const maximumPairs = 200;

/** Address of the training file; null if a person wants no comparison. */
type Pair = { readonly training: string | null; readonly by: 'person' | 'recipe' };

/**
 * Which training file a validation file belongs to: the one a person chose, the one that a recipe wrote with it or
 * a recipe beside it names, the one of the last job made from both, or else the one that is named alike.
 */
export class TrainingFiles implements vscode.Disposable {
  readonly #state: vscode.Memento;
  readonly #jobOrigins: JobOrigins;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<vscode.Uri>());
  /** A validation file may belong to another training file now. */
  readonly onDidChange = this.#changed.event;

  constructor(workspaceState: vscode.Memento, jobOrigins: JobOrigins) {
    this.#state = workspaceState;
    this.#jobOrigins = jobOrigins;
  }

  /** The training file of a file; undefined if it has none, or is none that is measured on. */
  async of(validation: vscode.Uri): Promise<vscode.Uri | undefined> {
    const pair = this.#stored()[validation.toString()];
    if (pair?.by === 'person') return toUri(pair.training);
    return (
      (await fileAt(pair?.training)) ??
      (await trainingOfRecipe(validation)) ??
      (await fileAt(this.#jobOrigins.trainingOf(validation.toString()))) ??
      (await trainingByName(validation))
    );
  }

  /** What a person chose for a file, if somebody did. */
  chosenFor(validation: vscode.Uri): { readonly training: vscode.Uri | undefined } | undefined {
    const pair = this.#stored()[validation.toString()];
    return pair?.by === 'person' ? { training: toUri(pair.training) } : undefined;
  }

  /** A person says what a file is compared with, or that it is not compared. */
  async choose(validation: vscode.Uri, training: vscode.Uri | undefined): Promise<void> {
    await this.#write(validation, { training: training?.toString() ?? null, by: 'person' });
  }

  /** What a person chose counts no more. */
  async unchoose(validation: vscode.Uri): Promise<void> {
    await this.#write(validation, undefined);
  }

  /** A recipe wrote both files. What a person chose counts more. */
  async note(validation: vscode.Uri, training: vscode.Uri): Promise<void> {
    if (this.#stored()[validation.toString()]?.by === 'person') return;
    await this.#write(validation, { training: training.toString(), by: 'recipe' });
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #write(validation: vscode.Uri, pair: Pair | undefined): Promise<void> {
    const { [validation.toString()]: _before, ...others } = this.#stored();
    const kept = Object.fromEntries(Object.entries(others).slice(-(maximumPairs - 1)));
    await this.#state.update(stateKey, pair === undefined ? kept : { ...kept, [validation.toString()]: pair });
    this.#changed.fire(validation);
  }

  #stored(): Readonly<Record<string, Pair>> {
    return this.#state.get<Readonly<Record<string, Pair>>>(stateKey) ?? {};
  }
}

async function trainingOfRecipe(validation: vscode.Uri): Promise<vscode.Uri | undefined> {
  const folder = vscode.Uri.joinPath(validation, '..');
  for (const name of recipesAmong(await namesIn(folder))) {
    const outputs = await outputsOf(vscode.Uri.joinPath(folder, name));
    const written = outputs?.validation != null && vscode.Uri.joinPath(folder, outputs.validation);
    if (outputs && written && written.toString() === validation.toString()) {
      return vscode.Uri.joinPath(folder, outputs.training);
    }
  }
  return undefined;
}

async function outputsOf(recipe: vscode.Uri): Promise<{ readonly training: string; readonly validation: string | null } | undefined> {
  try {
    if ((await vscode.workspace.fs.stat(recipe)).size > maximumRecipeBytes) return undefined;
    return outputsOfRecipe(new TextDecoder().decode(await vscode.workspace.fs.readFile(recipe)));
  } catch {
    // Gone meanwhile, or not to be read: it tells nothing.
    return undefined;
  }
}

async function trainingByName(validation: vscode.Uri): Promise<vscode.Uri | undefined> {
  for (const name of trainingNames(posix.basename(validation.path))) {
    const training = vscode.Uri.joinPath(validation, '..', name);
    if (await isFile(training)) return training;
  }
  return undefined;
}

async function namesIn(folder: vscode.Uri): Promise<readonly string[]> {
  try {
    return (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
  } catch {
    return [];
  }
}

function toUri(address: string | null | undefined): vscode.Uri | undefined {
  return address == null ? undefined : vscode.Uri.parse(address, true);
}

async function fileAt(address: string | null | undefined): Promise<vscode.Uri | undefined> {
  const uri = toUri(address);
  return uri && (await isFile(uri)) ? uri : undefined;
}

async function isFile(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.File) !== 0;
  } catch {
    return false;
  }
}
