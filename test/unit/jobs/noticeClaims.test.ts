import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { NoticeClaims } from '../../../src/platform/noticeClaims.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {}, show() {} };
const ref = { connectionId: 'c', jobId: 'ftjob-1' };

async function makeFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tunesmith-claims-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'told');
}

test('of many windows one tells, and of another job another may', async (context) => {
  const folder = await makeFolder(context);
  const windows = Array.from({ length: 20 }, () => new NoticeClaims(folder, quiet));
  const mine = await Promise.all(windows.map((window) => window.claim(ref)));
  assert.equal(mine.filter(Boolean).length, 1);
  assert.equal(await windows[0]?.claim(ref), false);
  assert.equal(await windows[0]?.claim({ ...ref, jobId: 'ftjob-2' }), true);
});

test('windows that are processes of their own are no exception', async (context) => {
  const folder = await makeFolder(context);
  const program = `import { NoticeClaims } from ${JSON.stringify(join(import.meta.dirname, '../../../src/platform/noticeClaims.ts'))};
    const log = { warn(text) { throw new Error(text); } };
    console.log(await new NoticeClaims(${JSON.stringify(folder)}, log).claim(${JSON.stringify(ref)}));`;
  const run = () =>
    new Promise<string>((resolve) => {
      const child = spawn(process.execPath, ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', '--input-type=module', '-e', program]);
      let output = '';
      child.stdout.on('data', (data: Buffer) => (output += data.toString('utf8')));
      child.on('close', () => resolve(output.trim()));
    });
  const told = await Promise.all([run(), run(), run()]);
  assert.deepEqual(told.sort(), ['false', 'false', 'true']);
});

test('old claims are swept with the next one', async (context) => {
  const folder = await makeFolder(context);
  const claims = new NoticeClaims(folder, quiet);
  await claims.claim(ref);
  const [old = ''] = await readdir(folder);
  await utimes(join(folder, old), 1, 1);
  await claims.claim({ ...ref, jobId: 'ftjob-2' });
  assert.equal((await readdir(folder)).includes(old), false);
});

test('without a folder to write to, the word is said rather than lost', async (context) => {
  const folder = await makeFolder(context);
  await writeFile(folder, 'no folder');
  assert.equal(await new NoticeClaims(folder, quiet).claim(ref), true);
});
