import { dirname, extname, join } from 'node:path';
import { readText } from '../disk/files.ts';
import { isMissing, realSystem } from '../disk/system.ts';

type Program = {
  /** Path of the engine's program. */
  readonly engine: string;
  readonly version: string;
};

/** Where the parts of the installed program are. Run from its sources, the command line uses the sources of the others. */
export async function installedProgram(): Promise<Program> {
  // npm starts programs through links.
  const self = await realSystem.realpath(process.argv[1] ?? '');
  const folder = dirname(self);
  const fromSources = extname(self) === '.ts';
  return {
    engine: fromSources ? join(folder, 'engine', 'main.ts') : join(folder, 'engine.js'),
    version: await versionIn(join(folder, '..', 'package.json')),
  };
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
