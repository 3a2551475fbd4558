import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { repository } from './install.ts';

/** Copies the sample project, so that no run changes the repository. Replaces an older copy. */
export async function copySample(target: string): Promise<string> {
  await rm(target, { recursive: true, force: true });
  await mkdir(dirname(target), { recursive: true });
  await cp(join(repository, 'media/sample'), target, { recursive: true });
  return target;
}
