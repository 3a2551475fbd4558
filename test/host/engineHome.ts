import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLauncher } from '../../src/engine/launch/launcher.ts';
import type { EngineAddress } from '../../src/protocol/launch.ts';
import type { Lifetime } from './lifetime.ts';

/**
 * A data folder of its own for the Local engine of one run, temporary unless one is given. The engine is detached
 * from VS Code on purpose, so its end is asked for here.
 */
export async function createEngineHome(lifetime: Lifetime, folder?: string): Promise<string> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'tunesmith-home-')));
  lifetime.add(
    async () => {
      await createLauncher().stop(home);
      if (folder === undefined) {
        await rm(home, { recursive: true, force: true, maxRetries: 5 });
      }
    },
    () => killEngine(home),
  );
  return home;
}

/** The user's own engine ends with the run if the run is what made it start. */
export async function endNewEngine(lifetime: Lifetime): Promise<void> {
  const launcher = createLauncher();
  const home = launcher.defaultDataFolder();
  if ((await launcher.find(home)) === undefined) {
    lifetime.add(async () => {
      await launcher.stop(home);
    });
  }
}

/** For a folder that nobody else uses, when there is no time to ask. */
function killEngine(home: string): void {
  try {
    const { pid } = JSON.parse(readFileSync(join(home, 'engine.json'), 'utf8')) as EngineAddress;
    process.kill(pid, 'SIGKILL');
  } catch {
    // No engine runs there.
  }
}
