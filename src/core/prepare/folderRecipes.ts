import { withoutMark } from '../jsonl/lines.ts';
import { parseRecipe } from './parseRecipe.ts';
import type { Recipe } from './recipe.ts';

/** Recipes of one folder that are looked into. */
const maximumRecipes = 50;
/** A larger file is no recipe that somebody wrote. */
export const maximumRecipeBytes = 1024 * 1024;

/** The recipes among the files of a folder, in the order in which they are asked: the first one that names a file counts. */
export function recipesAmong(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.toLowerCase().endsWith('.recipe.json')).sort().slice(0, maximumRecipes);
}

/** Where a recipe writes, as paths from its own folder; undefined if it is none. */
export function outputsOfRecipe(text: string): Recipe['outputs'] | undefined {
  return parseRecipe(withoutMark(text)).recipe?.outputs;
}
