import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { chatLines } from '../../support/chatLines.ts';
import { defaultDataFolder } from '../../../src/engine/launch/dataFolder.ts';
import { createLauncher } from '../../../src/engine/launch/launcher.ts';
import { childEnvironment } from '../../../src/engine/launch/startProgram.ts';
import { isOlder } from '../../../src/engine/launch/version.ts';
import { FolderTakenError } from '../../../src/engine/run.ts';
import type { EngineOptions, RunningEngine } from '../../../src/protocol/launch.ts';
import { eventually, startTestEngine, upload } from './serverFixture.ts';

const launcher = createLauncher();
const signal = new AbortController().signal;
const windows = process.platform === 'win32';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-launch-'));
});
afterEach(async () => {
  await launcher.stop(folder);
  await rm(folder, { recursive: true, force: true });
});

const options = (more: Partial<EngineOptions> = {}): EngineOptions => ({
  program: join(import.meta.dirname, '../../../src/engine/main.ts'),
  version: '1.0.0',
  dataFolder: folder,
  threads: 1,
  idleSeconds: 0,
  ...more,
});

const start = (more: Partial<EngineOptions> = {}): Promise<RunningEngine> => launcher.start(options(more), signal);

const listModels = async (engine: RunningEngine): Promise<number> =>
  (await fetch(`${engine.baseURL}/models`, { headers: { authorization: `Bearer ${engine.apiKey}` } })).status;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const gone = (pid: number): Promise<boolean> => eventually(async () => isAlive(pid), (alive) => !alive);

/** Command lines of the engines of this folder that live, also of those that nobody can find. */
async function started(): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')));
  return lines.filter((line) => line.includes(`--data=${folder}`));
}

describe('the launcher', () => {
  it('starts an engine of its own process, finds it, stops it; port and key survive', async () => {
    assert.equal(await launcher.find(folder), undefined);
    assert.equal(await launcher.hasStore(folder), false);
    const engine = await start();
    assert.notEqual(engine.pid, process.pid);
    assert.equal(await listModels(engine), 200);
    assert.deepEqual(await launcher.find(folder), engine);
    assert.equal(await launcher.hasStore(folder), true);
    assert.equal((await start()).pid, engine.pid, 'a second start finds the first');
    if (!windows) {
      for (const name of await readdir(folder)) {
        assert.equal((await stat(join(folder, name))).mode & 0o077 & (name.endsWith('.sock') ? 0 : 0o077), 0, name);
      }
    }
    assert.equal(await launcher.stop(folder), true);
    assert.equal(await launcher.stop(folder), false);
    assert.ok(await gone(engine.pid) === false);
    assert.equal(existsSync(join(folder, 'engine.json')), false);
    const again = await start();
    assert.equal(again.baseURL, engine.baseURL);
    assert.equal(again.apiKey, engine.apiKey);
    assert.notEqual(again.pid, engine.pid);
  });

  it('hands over the key neither by argument nor by environment, and writes it into no log', { skip: process.platform !== 'linux' }, async () => {
    process.env['OPENAI_API_KEY'] = 'sk-not-for-the-engine';
    const engine = await start();
    const proc = async (name: string) => readFile(`/proc/${engine.pid}/${name}`, 'latin1');
    const seen = (await proc('cmdline')) + (await proc('environ')) + (await readFile(launcher.logFile(folder), 'latin1'));
    assert.ok(!seen.includes(engine.apiKey));
    assert.ok(!seen.includes('sk-not-for-the-engine'));
    assert.ok(seen.includes('ELECTRON_RUN_AS_NODE=1'));
    delete process.env['OPENAI_API_KEY'];
  });

  it('gives one engine to many starts at once, also over the remains of a killed one', async () => {
    const first = await Promise.all(Array.from({ length: 5 }, () => start()));
    assert.equal(new Set(first.map((engine) => engine.pid)).size, 1);
    assert.equal(new Set(first.map((engine) => engine.apiKey)).size, 1);
    const [{ pid }] = first as [RunningEngine];
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    assert.equal(await launcher.find(folder), undefined);
    assert.equal(existsSync(join(folder, 'engine.json')), false, 'the stale address is gone');
    const second = await Promise.all(Array.from({ length: 5 }, () => start()));
    assert.equal(new Set(second.map((engine) => engine.pid)).size, 1);
    assert.notEqual(second[0]?.pid, pid);
    assert.equal(second[0]?.baseURL, first[0]?.baseURL);
    assert.equal(await listModels(second[0] as RunningEngine), 200);
    if (process.platform === 'linux') {
      assert.equal((await eventually(started, (lines) => lines.length === 1)).length, 1, 'the others have ended');
    }
  });

  it('lets an engine without work end by itself, and one whose address is removed', async () => {
    const idle = await start({ idleSeconds: 1 });
    await gone(idle.pid);
    assert.match(await readFile(launcher.logFile(folder), 'utf8'), /ending: nothing to do/);
    const orphan = await start();
    await unlink(join(folder, 'engine.json'));
    await gone(orphan.pid);
  });

  it('replaces an older engine that has nothing to do, and keeps a newer one', async () => {
    const old = await start({ version: '0.9.0' });
    const present = await start({ version: '0.10.0' });
    assert.notEqual(present.pid, old.pid);
    assert.equal(present.version, '0.10.0');
    assert.equal((await start({ version: '0.9.9' })).pid, present.pid);
  });

  it('keeps an older engine that has a job', async () => {
    const engine = await startTestEngine({ folder, version: '0.1.0', scripts: [{ hold: true }] });
    const file = await upload(engine.openai, chatLines(10));
    await engine.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id });
    assert.equal((await start({ version: '9.0.0' })).pid, process.pid);
    await assert.rejects(startTestEngine({ folder }), FolderTakenError);
    await engine.close();
  });

  it('never tells the key to a stranger who listens in its place', { skip: windows }, async () => {
    const engine = await start();
    await launcher.stop(folder);
    let heard = '';
    const stranger = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        heard += bytes.toString();
        socket.end(`${JSON.stringify({ state: 'running', address: { version: '1.0.0', pid: 1, baseURL: engine.baseURL, startedAt: 1 }, proof: 'x' })}\n`);
      });
    });
    await new Promise<void>((resolve) => stranger.listen(join(folder, 'engine.sock'), resolve));
    assert.equal(await launcher.find(folder), undefined);
    assert.match(heard, /^[0-9a-f]{32}\n$/);
    await new Promise((resolve) => stranger.close(resolve));
  });

  it('tells how much the data takes, and deletes it only while no engine runs', async () => {
    const engine = await startTestEngine({ folder });
    await upload(engine.openai, chatLines(10));
    const use = await launcher.diskUse(folder);
    assert.ok(use.files > 500 && use.models === 0 && use.other > 0);
    await assert.rejects(launcher.deleteData(folder), /is running/);
    const { apiKey } = engine.run;
    await engine.close();
    for (const [jobId, bytes] of [['ftjob-a', 10], ['ftjob-b', 2000]] as const) {
      await mkdir(join(folder, 'models', jobId, 'a1'), { recursive: true });
      await writeFile(join(folder, 'models', jobId, 'a1', 'weights'), Buffer.alloc(bytes));
    }
    const { models, jobs } = await launcher.diskUse(folder);
    assert.equal(models, 2010);
    assert.deepEqual(jobs, [{ jobId: 'ftjob-b', bytes: 2000 }, { jobId: 'ftjob-a', bytes: 10 }]);
    await writeFile(join(folder, 'mine.txt'), 'kept');
    await launcher.deleteData(folder);
    assert.equal(await launcher.hasStore(folder), false);
    assert.deepEqual((await readdir(folder)).toSorted(), ['access.json', 'mine.txt']);
    const again = await startTestEngine({ folder });
    assert.equal(again.run.apiKey, apiKey);
    assert.equal((await again.openai.files.list()).data.length, 0);
    await again.close();
    assert.deepEqual(await launcher.diskUse(join(folder, 'absent')), { files: 0, models: 0, other: 0, jobs: [] });
    await launcher.deleteData(join(folder, 'absent'));
  });

  it('says why an engine did not start', async () => {
    await assert.rejects(start({ program: join(folder, 'absent.js') }), /could not be started: exit code 1[^]*engine\.log/);
    await writeFile(join(folder, 'journal.log'), 'something else entirely');
    await assert.rejects(start(), /does not begin like a log/);
    assert.equal(await readFile(join(folder, 'journal.log'), 'utf8'), 'something else entirely');
  });

  it('can be called off at any moment, and leaves no process behind', { skip: process.platform !== 'linux' }, async () => {
    const early = new AbortController();
    const starting = launcher.start(options(), early.signal);
    early.abort(new Error('called off'));
    await assert.rejects(starting, /called off/);
    for (const moment of ['engine.log', 'engine.sock']) {
      const stop = new AbortController();
      const calledOff = assert.rejects(launcher.start(options(), stop.signal), /called off/);
      await eventually(async () => existsSync(join(folder, moment)) && (await started()).length > 0, Boolean);
      stop.abort(new Error('called off'));
      await calledOff;
      assert.deepEqual(await eventually(started, (lines) => lines.length === 0), []);
    }
  });
});

describe('the data folder', () => {
  const cases: readonly (readonly [string, Record<string, string>, string])[] = [
    ['linux', {}, '/home/u/.local/share/tunesmith'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/tunesmith'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/u/.local/share/tunesmith'],
    ['darwin', { XDG_DATA_HOME: '/data' }, '/home/u/Library/Application Support/Tunesmith'],
    ['linux', { TUNESMITH_HOME: '/t', XDG_DATA_HOME: '/data' }, '/t'],
  ];
  for (const [platform, env, expected] of cases) {
    it(`on ${platform} with ${JSON.stringify(env)}`, { skip: windows }, () => {
      assert.equal(defaultDataFolder(env, platform, '/home/u'), expected);
    });
  }

  it('on Windows is in the local application data', () => {
    assert.match(defaultDataFolder({ LOCALAPPDATA: 'C:\\L' }, 'win32', 'C:\\u'), /^C:\\L[\\/]Tunesmith$/);
  });
});

describe('what an engine is given', () => {
  it('is no more of the environment than it needs', () => {
    const env = childEnvironment({ PATH: '/bin', NODE_OPTIONS: '--inspect', OPENAI_API_KEY: 'k', VSCODE_IPC_HOOK: 'x', HOME: '/h' });
    assert.deepEqual(env, { ELECTRON_RUN_AS_NODE: '1', PATH: '/bin', HOME: '/h' });
  });

  it('is replaced by number, not by letter', () => {
    const order = ['', '0.1.0', '0.2.0', '0.10.0', '1.0.0', '1.0.1-beta'];
    for (const [index, version] of order.entries()) {
      for (const [other, later] of order.entries()) assert.equal(isOlder(version, later), index < other, `${version} ${later}`);
    }
  });
});
