import { dirname, join, resolve } from 'node:path';
import { roleOfName, type FileRole } from '../core/dataset/fileRole.ts';
import { maximumRecipeBytes, outputsOfRecipe, recipesAmong } from '../core/prepare/folderRecipes.ts';
import { readText } from '../disk/files.ts';
import { realSystem } from '../disk/system.ts';

/** What jobs do with files: measure on those that a recipe beside them says so of; of others the name tells. */
export class FileRoles {
  readonly #measuredOn = new Map<string, ReadonlySet<string>>();

  /** `path` is absolute. */
  async of(path: string): Promise<FileRole> {
    const folder = dirname(path);
    const known = this.#measuredOn.get(folder) ?? (await measuredOnIn(folder));
    this.#measuredOn.set(folder, known);
    return known.has(path) ? 'validation' : roleOfName(path);
  }
}

/** The validation files that the recipes of a folder write. */
async function measuredOnIn(folder: string): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  for (const name of recipesAmong(await namesIn(folder))) {
    try {
      const outputs = outputsOfRecipe(await readText(join(folder, name), { maxBytes: maximumRecipeBytes }));
      if (outputs?.validation != null) paths.add(resolve(folder, outputs.validation));
    } catch {
      // A recipe that may not be read tells nothing.
    }
  }
  return paths;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await realSystem.readdir(folder);
  } catch {
    // Neither does a folder that may not be listed.
    return [];
  }
}
