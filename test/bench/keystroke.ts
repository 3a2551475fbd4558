/** One keystroke in the real extension host; needs a build, as `npm run bench` makes it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const program = join(import.meta.dirname, '../host/runIntegration.ts');
const { status } = spawnSync(process.execPath, [...process.execArgv, program, '--measure'], { stdio: 'inherit' });
console.log('(wanted: p95 of a training file under 2 ms more than that of a text file, at every length)');
process.exitCode = status ?? 1;
