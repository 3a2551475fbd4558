import { dirname, join, resolve } from 'node:path';
import { roleOfName, type FileRole } from '../core/dataset/fileRole.ts';
import { withoutMark } from '../core/jsonl/lines.ts';
import { parseRecipe } from '../core/prepare/parseRecipe.ts';
import { readText } from '../disk/files.ts';
import { realSystem } from '../disk/system.ts';

/** Recipes of one folder that are looked into, and bytes of each. */
const maximumRecipes = 50;
const maximumRecipeBytes = 1024 * 1024;

/** What jobs do with files: what a recipe beside a file says that it writes there, or else what the file's name tells. */
export class FileRoles {
  readonly #byFolder = new Map<string, ReadonlyMap<string, FileRole>>();

  /** `path` is absolute. */
  async of(path: string): Promise<FileRole> {
    const folder = dirname(path);
    const known = this.#byFolder.get(folder) ?? (await rolesByRecipes(folder));
    this.#byFolder.set(folder, known);
    return known.get(path) ?? roleOfName(path);
  }
}

async function rolesByRecipes(folder: string): Promise<ReadonlyMap<string, FileRole>> {
  const roles = new Map<string, FileRole>();
  for (const name of await recipesIn(folder)) {
    try {
      const outputs = parseRecipe(withoutMark(await readText(join(folder, name), { maxBytes: maximumRecipeBytes }))).recipe?.outputs;
      if (outputs) roles.set(resolve(folder, outputs.training), 'training');
      if (outputs?.validation != null) roles.set(resolve(folder, outputs.validation), 'validation');
    } catch {
      // A recipe that may not be read tells nothing.
    }
  }
  return roles;
}

async function recipesIn(folder: string): Promise<readonly string[]> {
  try {
    const names = await realSystem.readdir(folder);
    return names.filter((name) => name.toLowerCase().endsWith('.recipe.json')).sort().slice(0, maximumRecipes);
  } catch {
    // Neither does a folder that may not be listed.
    return [];
  }
}
