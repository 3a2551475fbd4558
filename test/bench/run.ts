/** Runs every benchmark in turn. They print ratios against something measured beside them and judge nothing. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
let failed = 0;
for (const name of ['sizes', 'validation', 'largeFile', 'validateFiles', 'tokens', 'keystroke', 'engine', 'training', 'chat', 'upload', 'tree']) {
  console.log(`\n== ${name}`);
  const run = spawnSync(process.execPath, [...process.execArgv, join(here, `${name}.ts`)], { stdio: 'inherit' });
  if (run.status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
