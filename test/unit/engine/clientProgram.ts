import { join } from 'node:path';
import { createLauncher } from '../../../src/engine/launch/launcher.ts';

/** A client of its own process group that starts the engine of a folder and then waits to be killed. */
const [dataFolder = ''] = process.argv.slice(2);
const program = join(import.meta.dirname, '../../../src/engine/main.ts');
const engine = await createLauncher().start(
  { program, version: '1.0.0', dataFolder, threads: 1, idleSeconds: 0 },
  new AbortController().signal,
);
process.stdout.write(`${engine.pid}\n`);
setInterval(() => undefined, 1_000);
