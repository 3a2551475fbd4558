import assert from 'node:assert/strict';
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import OpenAI from 'openai';
import { chatLines } from '../../support/chatLines.ts';
import { defaultDataFolder } from '../../../src/engine/launch/dataFolder.ts';
import { answerGreeting, greetingOf } from '../../../src/engine/launch/handshake.ts';
import { createLauncher } from '../../../src/engine/launch/launcher.ts';
import { childEnvironment } from '../../../src/engine/launch/startProgram.ts';
import { syncServiceOf } from '../../../src/engine/launch/syncService.ts';
import { isOlder, nodeFault } from '../../../src/engine/launch/version.ts';
import { currentText } from '../../../src/engine/store/generation.ts';
import { FolderTakenError } from '../../../src/engine/run.ts';
import type { EngineOptions, RunningEngine } from '../../../src/protocol/launch.ts';
import { eventually, startTestEngine, stepsTold, upload } from './serverFixture.ts';

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

  it('row 94: hands over the key neither by argument nor by environment, and writes it into no log', { skip: process.platform !== 'linux' }, async () => {
    process.env['OPENAI_API_KEY'] = 'sk-not-for-the-engine';
    process.env['NODE_OPTIONS'] = '--no-deprecation';
    const engine = await start();
    const proc = async (name: string) => readFile(`/proc/${engine.pid}/${name}`, 'latin1');
    const seen = (await proc('cmdline')) + (await proc('environ')) + (await readFile(launcher.logFile(folder), 'latin1'));
    assert.ok(!seen.includes(engine.apiKey));
    assert.ok(!seen.includes('sk-not-for-the-engine'));
    assert.ok(!seen.includes('NODE_OPTIONS'));
    assert.ok(seen.includes('ELECTRON_RUN_AS_NODE=1'), 'inside the editor the engine is a Node program');
    delete process.env['NODE_OPTIONS'];
    delete process.env['OPENAI_API_KEY'];
  });

  it('gives one engine to many starts at once, also over the remains of a killed one', async () => {
    const first = await Promise.all(Array.from({ length: 5 }, () => start()));
    assert.equal(new Set(first.map((engine) => engine.pid)).size, 1);
    assert.equal(new Set(first.map((engine) => engine.apiKey)).size, 1);
    const [{ pid }] = first as [RunningEngine];
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    assert.equal(await launcher.find(folder), undefined, 'the stale address is believed by nobody');
    const second = await Promise.all(Array.from({ length: 5 }, () => start()));
    assert.equal(new Set(second.map((engine) => engine.pid)).size, 1);
    assert.notEqual(second[0]?.pid, pid);
    assert.equal(second[0]?.baseURL, first[0]?.baseURL);
    assert.equal(await listModels(second[0] as RunningEngine), 200);
    const address = JSON.parse(await readFile(join(folder, 'engine.json'), 'utf8')) as { pid: number };
    assert.equal(address.pid, second[0]?.pid, 'and replaced');
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

  it('row 77: takes a job over from an older engine', async () => {
    const old = await startTestEngine({ folder, version: '0.1.0', scripts: [{ hold: true }] });
    const file = await upload(old.openai, chatLines(10));
    const job = await old.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id });
    await eventually(() => old.openai.fineTuning.jobs.retrieve(job.id), (present) => present.status === 'running');
    await assert.rejects(startTestEngine({ folder }), FolderTakenError);
    const present = await start({ version: '9.0.0' });
    assert.notEqual(present.pid, process.pid);
    await old.run.closed;
    assert.equal(present.apiKey, old.run.apiKey);
    assert.equal(present.baseURL, old.run.address.baseURL);
    // The same client goes on with the new engine.
    const taken = await old.openai.fineTuning.jobs.retrieve(job.id);
    assert.ok(['validating_files', 'queued', 'running', 'succeeded'].includes(taken.status), taken.status);
    await old.openai.fineTuning.jobs.cancel(job.id).catch(() => undefined);
  });

  it('row 77: replaces an older engine that hangs when it is asked to end', { skip: windows }, async () => {
    const token = 'ts-0123456789abcdef';
    await writeFile(join(folder, 'access.json'), JSON.stringify({ token, port: 0 }));
    const arguments_ = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(import.meta.dirname, 'deafProgram.ts'), folder, token];
    const deaf = spawn(process.execPath, arguments_, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(deaf.stdout, 'data');
    const ended = once(deaf, 'exit');
    assert.equal((await launcher.find(folder))?.version, '0.1.0');
    const present = await start({ patienceMs: 9_000 });
    assert.deepEqual(await ended, [null, 'SIGKILL']);
    assert.deepEqual([present.version, present.apiKey], ['1.0.0', token]);
    assert.equal(await listModels(present), 200);
  });

  it('works as an older client with a newer engine, or hears clearly why not', async () => {
    const newer = await startTestEngine({ folder, version: '3.0.0' });
    assert.equal((await start({ version: '1.0.0' })).version, '3.0.0');
    await newer.close();
    const strict = await startTestEngine({ folder, version: '3.0.0', oldestClient: '2.0.0' });
    await assert.rejects(start({ version: '1.9.9' }), /version 3\.0\.0 and works with Tunesmith 2\.0\.0 or newer, but this is 1\.9\.9\. Update/);
    assert.equal((await start({ version: '2.0.0' })).version, '3.0.0');
    await strict.close();
  });

  it('ends the engine that is meant, not one that has come since', async () => {
    const engine = await startTestEngine({ folder });
    const shutDown = (body: object): Promise<Response> =>
      fetch(new URL('/tunesmith/shutdown', engine.run.address.baseURL), {
        method: 'POST',
        headers: { authorization: `Bearer ${engine.run.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    assert.equal((await shutDown({ pid: process.pid + 1 })).status, 409);
    assert.equal((await shutDown({ pid: process.pid, started_at: 1 })).status, 409);
    assert.equal((await launcher.find(folder))?.pid, process.pid);
    assert.equal((await shutDown({ pid: process.pid, started_at: engine.run.address.startedAt })).status, 200);
    await engine.run.closed;
  });

  it('leaves the address of an engine that just begins alone', async () => {
    await writeFile(join(folder, 'engine.json'), JSON.stringify({ version: '0.0.1', pid: 1, baseURL: 'http://127.0.0.1:1/v1', startedAt: 1 }));
    assert.equal(await launcher.find(folder), undefined);
    for (let round = 0; round < 10; round += 1) {
      let begun = false;
      const starting = startTestEngine({ folder }).then((engine) => {
        begun = true;
        return engine;
      });
      while (!begun) await launcher.find(folder);
      const engine = await starting;
      const address = JSON.parse(await readFile(join(folder, 'engine.json'), 'utf8')) as { startedAt: number; baseURL: string };
      assert.equal(address.baseURL, engine.run.address.baseURL);
      assert.equal((await launcher.find(folder))?.pid, process.pid);
      await engine.close();
    }
  });

  it('row 77: an engine, and the job of another client, outlive the client that started it and its whole process group', { skip: windows }, async () => {
    const arguments_ = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(import.meta.dirname, 'clientProgram.ts'), folder];
    const client = spawn(process.execPath, arguments_, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(client.stdout, 'data')) as [Buffer];
    const mine = await start();
    assert.equal(mine.pid, Number(String(line)), 'both have one engine');
    const openai = new OpenAI({ baseURL: mine.baseURL, apiKey: mine.apiKey, organization: null, project: null, maxRetries: 0 });
    const file = await upload(openai, chatLines(10));
    const method = { type: 'supervised', supervised: { hyperparameters: { n_epochs: 50 } } } as const;
    const { id } = await openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id, method });
    await eventually(() => openai.fineTuning.jobs.retrieve(id), ({ status }) => status === 'running');
    process.kill(-(client.pid ?? 0), 'SIGKILL');
    await once(client, 'exit');
    assert.deepEqual(await launcher.find(folder), mine);
    const steps = (await stepsTold(openai, id)).length;
    await eventually(() => stepsTold(openai, id), (told) => told.length > steps);
    assert.equal((await openai.fineTuning.jobs.cancel(id)).status, 'cancelled');
  });

  it('one client that goes away does not touch the job of another; without jobs and clients the engine ends', async () => {
    const engine = await startTestEngine({ folder, idleSeconds: 1, scripts: [{ hold: true }] });
    const file = await upload(engine.openai, chatLines(10));
    const job = await engine.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id });
    await eventually(async () => engine.trainers.length, (count) => count === 1);
    const other = new AbortController();
    const reading = fetch(`${engine.run.address.baseURL}/models`, { headers: { authorization: `Bearer ${engine.run.apiKey}` }, signal: other.signal });
    other.abort();
    await assert.rejects(reading);
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    assert.equal((await engine.openai.fineTuning.jobs.retrieve(job.id)).status, 'running', 'longer than the idle time');
    engine.trainers[0]?.release();
    await engine.run.closed;
    assert.ok(engine.log.some((line) => line.includes('ending: nothing to do')));
  });

  /** The next message of a child. */
  const answerOf = async (child: ChildProcess, message: object): Promise<string> => {
    child.send(message);
    return String(((await once(child, 'message')) as [unknown])[0]);
  };

  it('row 64: of two engines started at the same instant, 100 times, exactly one gets the folder', { skip: windows }, async () => {
    const rivals = [0, 1].map(() => fork(join(import.meta.dirname, 'rivalProgram.ts'), { execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'] }));
    try {
      await Promise.all(rivals.map((rival) => once(rival, 'message')));
      const wins = [0, 0];
      for (let round = 0; round < 100; round += 1) {
        if (round % 2 === 1) await leaveSocket(join(folder, 'engine.sock'));
        const outcomes = await Promise.all(rivals.map((rival) => answerOf(rival, { run: folder })));
        assert.deepEqual(outcomes.toSorted(), ['lost', 'won'], `round ${round}`);
        const winner = outcomes.indexOf('won');
        wins[winner] = (wins[winner] ?? 0) + 1;
        assert.equal((await launcher.find(folder))?.pid, rivals[winner]?.pid);
        await Promise.all(rivals.map((rival) => answerOf(rival, {})));
      }
      assert.equal((wins[0] ?? 0) + (wins[1] ?? 0), 100);
    } finally {
      for (const rival of rivals) rival.kill('SIGKILL');
    }
  });

  it('takes over behind a process that died while it took over', { skip: windows }, async () => {
    await leaveSocket(join(folder, 'engine.sock'));
    const mark = join(folder, 'engine.sock.takeover');
    await writeFile(mark, '');
    await utimes(mark, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    const engine = await startTestEngine({ folder });
    assert.equal((await launcher.find(folder))?.pid, process.pid);
    assert.equal(existsSync(mark), false);
    await engine.close();
    assert.equal(existsSync(join(folder, 'engine.sock')), false);
  });

  /** A socket file as a killed engine leaves it: nobody listens behind it. */
  async function leaveSocket(path: string): Promise<void> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(`${path}.old`, resolve));
    await rename(`${path}.old`, path);
    await new Promise((resolve) => server.close(resolve));
  }

  it('row 99: says what to do where the engine runs and cannot be reached', { skip: windows }, async () => {
    const token = 'ts-0123456789abcdef';
    await writeFile(join(folder, 'access.json'), JSON.stringify({ token, port: 9 }));
    const address = { version: '1.0.0', pid: process.pid, baseURL: 'http://127.0.0.1:9/v1', startedAt: 1, oldestClient: '0.1.0', later: 'unknown' };
    const walled = createServer((socket) => answerGreeting(socket, (nonce) => greetingOf(token, nonce, address)));
    await new Promise<void>((resolve) => walled.listen(join(folder, 'engine.sock'), resolve));
    await assert.rejects(start({ patienceMs: 300 }), /127\.0\.0\.1:9\/v1 cannot be reached: let programs connect to 127\.0\.0\.1 in the firewall/);
    await new Promise((resolve) => walled.close(resolve));
  });

  it('row 99: takes another port where the last one is taken, unless this one was asked for', async () => {
    const first = await startTestEngine({ folder });
    const { port } = new URL(first.run.address.baseURL);
    await first.close();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(Number(port), '127.0.0.1', resolve));
    const second = await startTestEngine({ folder });
    assert.notEqual(new URL(second.run.address.baseURL).port, port);
    assert.ok(second.log.some((line) => line.includes(`port ${port} of the last run is taken`)));
    await second.close();
    await assert.rejects(startTestEngine({ folder, port: Number(port) }), { code: 'EADDRINUSE' });
    await new Promise((resolve) => other.close(resolve));
    await (await startTestEngine({ folder, port: Number(port) })).close();
  });

  it('row 57: says why a data folder cannot be used, and ends when its folder is deleted', async () => {
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(start({ dataFolder: join(folder, 'file') }), /cannot use its data folder .*file of that name.*TUNESMITH_HOME/);
    await assert.rejects(start({ dataFolder: join(folder, 'file', 'below') }), /cannot use its data folder .*TUNESMITH_HOME/);
    const engine = await start();
    await rm(folder, { recursive: true, force: true });
    assert.equal(await gone(engine.pid), false);
  });

  it('never tells the key to a stranger who listens in its place', { skip: windows }, async () => {
    const engine = await start();
    await launcher.stop(folder);
    let heard = '';
    const stranger = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        heard += bytes.toString();
        socket.end(`${JSON.stringify({ state: 'running', address: JSON.stringify({ version: '1.0.0', pid: 1, baseURL: engine.baseURL, startedAt: 1, oldestClient: '0.1.0' }), proof: 'x' })}\n`);
      });
    });
    await new Promise<void>((resolve) => stranger.listen(join(folder, 'engine.sock'), resolve));
    assert.equal(await launcher.find(folder), undefined);
    assert.match(heard, /^[0-9a-f]{32}\n$/);
    await new Promise((resolve) => stranger.close(resolve));
  });

  it('listens to one short line of a client, and to nothing behind it', { skip: windows }, async () => {
    const listening: number[] = [];
    const server = createServer((socket) => {
      answerGreeting(socket, () => ({ state: 'starting' }));
      socket.once('close', () => listening.push(socket.listenerCount('data')));
    });
    await new Promise<void>((resolve) => server.listen(join(folder, 'engine.sock'), resolve));
    const ask = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = createConnection(join(folder, 'engine.sock'));
        let heard = '';
        socket.setEncoding('utf8').on('data', (part: string) => (heard += part));
        socket.on('error', () => undefined);
        socket.on('end', () => socket.destroy());
        socket.on('close', () => resolve(heard));
        socket.write(text);
      });
    const nonce = '0'.repeat(32);
    assert.equal(await ask(`${nonce}\n${'x'.repeat(1_000_000)}`), '{"state":"starting"}\n');
    assert.equal(await ask(`${'x'.repeat(1_000_000)}\n`), '');
    assert.equal(await ask(`${nonce.slice(1)}\n`), '');
    assert.deepEqual((await eventually(async () => listening, (all) => all.length === 3)).slice(0, 2), [0, 0]);
    await new Promise((resolve) => server.close(resolve));
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

  it('row 99: says why an engine did not start', async () => {
    await assert.rejects(start({ program: join(folder, 'absent.js') }), /absent\.js, is missing.*Install Tunesmith again/);
    await writeFile(join(folder, 'broken.js'), 'throw new Error("broken");');
    await assert.rejects(start({ program: join(folder, 'broken.js') }), /could not be started: exit code 1[^]*engine\.log/);
    await writeFile(join(folder, 'CURRENT'), currentText(7, 2));
    await assert.rejects(start(), /later version of Tunesmith \(store version 2/);
    assert.deepEqual((await readdir(folder)).filter((name) => /^(journal|snapshot|files|models|CURRENT)/.test(name)), ['CURRENT']);
  });

  it('can be called off at any moment, and leaves no process behind', { skip: process.platform !== 'linux' }, async () => {
    const early = new AbortController();
    const starting = launcher.start(options(), early.signal);
    early.abort(new Error('called off'));
    await assert.rejects(starting, /called off/);
    for (const moment of ['engine.log', 'engine.sock']) {
      const stop = new AbortController();
      const calledOff = assert.rejects(launcher.start(options(), stop.signal), /called off/);
      while (!existsSync(join(folder, moment))) await new Promise((resolve) => setImmediate(resolve));
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

describe('a data folder that another program keeps in step', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['OneDrive/Documents/tunesmith', 'OneDrive'],
    ['OneDrive - Contoso Ltd/x', 'OneDrive'],
    ['Dropbox/x', 'Dropbox'],
    ['Dropbox (Personal)/x', 'Dropbox'],
    ['Library/Mobile Documents/com~apple~CloudDocs/x', 'iCloud Drive'],
    ['iCloudDrive/x', 'iCloud Drive'],
    ['Library/CloudStorage/GoogleDrive-me@example.org/x', 'Google Drive'],
    ['Library/CloudStorage/OneDrive-Personal/x', 'OneDrive'],
    ['Nextcloud/x', 'Nextcloud'],
    ['.local/share/tunesmith', undefined],
    ['onedriver/dropboxes/x', undefined],
  ];
  it('row 63: is recognized by the folders above it, by its own variables and marks, and behind links', async () => {
    for (const [path, service] of cases) {
      assert.equal(await syncServiceOf(join(folder, path), {}, folder), service, path);
    }
    assert.equal(await syncServiceOf(join(folder, 'work', 'x'), { OneDriveCommercial: join(folder, 'work') }, folder), 'OneDrive');
    assert.equal(await syncServiceOf(join(folder, 'workshop'), { OneDriveCommercial: join(folder, 'work') }, folder), undefined);
    await mkdir(join(folder, 'team', '.dropbox.cache'), { recursive: true });
    assert.equal(await syncServiceOf(join(folder, 'team', 'deep', 'x'), {}, folder), 'Dropbox');
    await mkdir(join(folder, 'Dropbox'));
    await symlink(join(folder, 'Dropbox'), join(folder, 'link'));
    assert.equal(await syncServiceOf(join(folder, 'link', 'x'), {}, folder), 'Dropbox');
  });

  it('row 63: is warned of when an engine begins in it', async () => {
    const engine = await startTestEngine({ folder: join(folder, 'Dropbox', 'tunesmith') });
    assert.ok(engine.log.some((line) => /^warning: .* is inside Dropbox, .*TUNESMITH_HOME/.test(line)));
    await engine.close();
    assert.equal(await launcher.syncService(join(folder, 'Dropbox', 'tunesmith')), 'Dropbox');
  });
});

describe('what an engine is given', () => {
  it('row 94: is no more of the environment than it needs', () => {
    const env = childEnvironment({ PATH: '/bin', NODE_OPTIONS: '--inspect', OPENAI_API_KEY: 'k', VSCODE_IPC_HOOK: 'x', HOME: '/h' });
    assert.deepEqual(env, { ELECTRON_RUN_AS_NODE: '1', PATH: '/bin', HOME: '/h' });
  });

  it('row 99: is Node of an editor that is new enough, or what to update is said', () => {
    assert.equal(nodeFault(process.versions.node), undefined);
    assert.equal(nodeFault('22.0.0'), undefined);
    for (const version of ['20.19.0', '18.0.0', 'v8', '']) {
      assert.match(nodeFault(version) ?? '', new RegExp(`needs Node 22\\.0\\.0 or newer, but this is ${version}\\. Update VS Code, or Node`));
    }
  });

  it('is replaced by number, not by letter', () => {
    const order = ['', '0.1.0', '0.2.0', '0.10.0', '1.0.0', '1.0.1-beta'];
    for (const [index, version] of order.entries()) {
      for (const [other, later] of order.entries()) assert.equal(isOlder(version, later), index < other, `${version} ${later}`);
    }
  });
});
