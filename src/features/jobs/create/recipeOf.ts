import { dirname, posix, resolve } from 'node:path';
import * as vscode from 'vscode';
import { parseRecipe } from '../../../core/prepare/parseRecipe.ts';

/** Recipes looked at; a workspace with more is asked for nothing. */
const maxRecipes = 100;

/** Name of the recipe of the workspace that writes a training file; undefined if there is none. */
export async function recipeOf(training: vscode.Uri): Promise<string | undefined> {
  if (training.scheme !== 'file') return undefined;
  const found = await vscode.workspace.findFiles('**/*.recipe.json', '**/node_modules/**', maxRecipes);
  for (const uri of found) {
    try {
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
      const output = parseRecipe(text).recipe?.outputs.training;
      if (output !== undefined && resolve(dirname(uri.fsPath), output) === training.fsPath) return posix.basename(uri.path);
    } catch {
      // Deleted meanwhile, or not to be read: then it says nothing.
    }
  }
  return undefined;
}
