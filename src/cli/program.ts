import { dirname, extname, join } from 'node:path';
import { readText } from '../disk/files.ts';
import { isMissing } from '../disk/system.ts';

type Program = {
  /** Paths of the engine's program, and of the worker that validates files. */
  readonly engine: string;
  readonly validation: string;
  readonly version: string;
};

/** Where the parts of the installed program are. Run from its sources, the command line uses the sources of the others. */
export async function installedProgram(): Promise<Program> {
  const self = import.meta.filename;
  if (extname(self) === '.ts') {
    const sources = dirname(dirname(self));
    const [engine, validation] = [join(sources, 'engine', 'main.ts'), join(sources, 'workers', 'validationWorker.ts')];
    return { engine, validation, version: await versionIn(join(sources, '..', 'package.json')) };
  }
  const folder = dirname(self);
  const [engine, validation] = [join(folder, 'engine.js'), join(folder, 'validationWorker.js')];
  return { engine, validation, version: await versionIn(join(folder, '..', 'package.json')) };
}

/** A copy of the program without its manifest still runs; any installed engine is then newer. */
async function versionIn(manifest: string): Promise<string> {
  try {
    const { version } = JSON.parse(await readText(manifest)) as { readonly version?: unknown };
    return typeof version === 'string' ? version : '0.0.0';
  } catch (error) {
    if (isMissing(error)) {
      return '0.0.0';
    }
    throw error;
  }
}
