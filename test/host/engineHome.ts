import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineAddress } from '../../src/protocol/launch.ts';
import type { Lifetime } from './lifetime.ts';

/**
 * A data folder of its own for the Local engine of one run. Short and temporary by default, because a local socket's
 * path may have about 100 bytes. The engine is detached on purpose, so its end is asked for here.
 */
export async function createEngineHome(lifetime: Lifetime, folder?: string): Promise<string> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'ts-home-')));
  lifetime.add(
    async () => {
      await endEngine(home);
      if (folder === undefined) {
        await rm(home, { recursive: true, force: true, maxRetries: 5 });
      }
    },
    () => signalEngine(home, 'SIGKILL'),
  );
  return home;
}

/** Ends the engine of a folder that this run alone uses. */
export async function endEngine(home: string): Promise<void> {
  for (let tries = 0; signalEngine(home, tries < 50 ? 'SIGTERM' : 'SIGKILL') && tries < 60; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** False if no engine runs there. */
function signalEngine(home: string, signal: NodeJS.Signals): boolean {
  try {
    const { pid } = JSON.parse(readFileSync(join(home, 'engine.json'), 'utf8')) as EngineAddress;
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
