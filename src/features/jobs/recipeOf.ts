import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { outputsOfRecipe } from '../../core/prepare/folderRecipes.ts';

/** Recipes looked at; a workspace with more is asked for nothing. */
const maxRecipes = 200;

/** The recipe that writes a training file, among those of a folder or of the whole workspace; undefined if none does. */
export async function recipeOf(training: vscode.Uri, folder?: vscode.WorkspaceFolder): Promise<vscode.Uri | undefined> {
  const all = '**/*.recipe.json';
  const pattern = folder === undefined ? all : new vscode.RelativePattern(folder, all);
  for (const uri of await vscode.workspace.findFiles(pattern, '**/node_modules/**', maxRecipes)) {
    try {
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
      const output = outputsOfRecipe(text)?.training;
      const writes = output !== undefined && resolve(dirname(uri.fsPath), output) === training.fsPath;
      if (writes && uri.scheme === training.scheme) return uri;
    } catch {
      // Deleted meanwhile, or not to be read: then it says nothing.
    }
  }
  return undefined;
}
