import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { commandIds } from '../../src/contributions.ts';
import { JobStore, type JobRef } from '../../src/core/jobs/jobStore.ts';
import { compatibleProfile } from '../../src/core/providers/compatible.ts';
import { localProfile } from '../../src/core/providers/local.ts';
import { ServiceError, type Service } from '../../src/core/providers/port.ts';
import type { WireJob, WirePage } from '../../src/core/providers/wire.ts';
import { createLauncher } from '../../src/engine/launch/launcher.ts';
import type { Connection } from '../../src/platform/connections.ts';
import { JobWatcher } from '../../src/platform/jobWatcher.ts';
import { UnfinishedMemory } from '../../src/platform/unfinishedMemory.ts';
import { Memory, quiet, until } from './doubles.ts';
import { event, job } from '../unit/jobs/builders.ts';
import { ScriptedService } from '../unit/jobs/scriptedService.ts';

const remote: Connection = { id: 'c', label: 'Remote', profile: compatibleProfile, baseURL: 'https://host.example/v1' };
const local: Connection = { id: 'c', label: 'Local', profile: localProfile, baseURL: undefined };

/** One connection and its service, in the shape that the watcher and the tree ask for. */
type Peek = (connection: Connection, options?: { readonly start?: string }) => Promise<Service | undefined>;

function connect(connection: Connection, peek: Peek) {
  const changed = new vscode.EventEmitter<void>();
  const get = (id: string) => (id === connection.id ? connection : undefined);
  const keyState = async () => ({ kind: 'notNeeded', usable: true }) as const;
  const all = () => [connection];
  return { current: connection, all, get, peek, keyState, onDidChange: changed.event, changed };
}

function watch(connection: Connection, peek: Peek) {
  const store = new JobStore();
  const globalState = new Memory();
  const connections = connect(connection, peek);
  const watcher = new JobWatcher({ connections, store, globalState, log: quiet });
  return { store, watcher, globalState, connections };
}

suite('job watcher', () => {
  test('asks again while a job runs, and stops when nothing does', async () => {
    const service = new ScriptedService();
    service.jobs = [job('a', 1)];
    const { store, watcher } = watch(remote, async () => service);
    const lists = () => service.asked.filter((call) => call === 'jobs').length;
    await watcher.setTreeVisible(true);
    assert.equal(lists(), 1);
    await until('a second question', () => lists() >= 2);
    service.jobs = [job('a', 1, { status: 'succeeded' })];
    await until('the end', () => store.get({ connectionId: 'c', jobId: 'a' })?.job.status === 'succeeded');
    const asked = lists();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    assert.equal(lists(), asked);
    watcher.dispose();
  });

  test('a hidden tree is not asked for, a watched job is', async () => {
    const service = new ScriptedService();
    service.jobs = [job('a', 1)];
    service.events.set('a', [event('e', 1, { step: 1 })]);
    const { store, watcher } = watch(remote, async () => service);
    assert.deepEqual(service.asked, []);
    const ref: JobRef = { connectionId: 'c', jobId: 'a' };
    const watching = watcher.watch(ref);
    await until('events', () => store.get(ref)?.events.length === 1);
    service.events.set('a', [event('f', 2, { step: 2 }), event('e', 1, { step: 1 })]);
    await until('more events', () => store.get(ref)?.events.length === 2);
    watching.dispose();
    watcher.dispose();
  });

  test('says which welcome the tree shows', async () => {
    const nothing = watch(local, async () => undefined);
    assert.equal(nothing.watcher.jobsState, 'loading');
    await nothing.watcher.refresh();
    assert.equal(nothing.watcher.jobsState, 'emptyLocal');
    const noKey = watch(remote, async () => undefined);
    await noKey.watcher.refresh();
    assert.equal(noKey.watcher.jobsState, 'noKey');
    const service = new ScriptedService();
    const listed = watch(remote, async () => service);
    await listed.watcher.refresh();
    assert.equal(listed.watcher.jobsState, 'empty');
    service.jobs = [job('a', 1, { status: 'failed' })];
    await listed.watcher.refresh();
    assert.equal(listed.watcher.jobsState, 'listed');
    service.onAsk = () => {
      throw new ServiceError('gone', { kind: 'unreachable' });
    };
    await listed.watcher.refresh();
    assert.equal(listed.watcher.jobsState, 'listed');
    assert.equal(listed.watcher.state('c')?.kind, 'failed');
    const offline = watch(remote, async () => service);
    await offline.watcher.refresh();
    assert.equal(offline.watcher.jobsState, 'offline');
    service.onAsk = () => {
      throw new ServiceError('bad key', { kind: 'unauthorized' });
    };
    await offline.watcher.refresh();
    assert.equal(offline.watcher.jobsState, 'keyRefused');
    service.onAsk = () => {
      throw new ServiceError('HTTP 404', { kind: 'notFound', status: 404 });
    };
    await offline.watcher.refresh();
    assert.equal(offline.watcher.jobsState, 'wrongAddress');
    const engine = watch(local, async () => Promise.reject(new Error('it does not start')));
    await engine.watcher.refresh();
    assert.equal(engine.watcher.jobsState, 'engineFailed');
    for (const { watcher } of [nothing, noKey, listed, offline, engine]) watcher.dispose();
  });

  test('a job that ended while the editor was closed is still news', async () => {
    const service = new ScriptedService();
    service.jobs = [job('a', 1)];
    const first = watch(remote, async () => service);
    await first.watcher.refresh();
    first.watcher.dispose();
    assert.deepEqual(first.watcher.unfinished.all, { c: ['a'] });
    service.jobs = [job('a', 1, { status: 'succeeded' })];
    const store = new JobStore();
    const starts: (string | undefined)[] = [];
    const connections = connect(remote, async (_, options) => {
      starts.push(options?.start);
      return service;
    });
    const second = new JobWatcher({ connections, store, globalState: first.globalState, log: quiet });
    second.start();
    await until('the end', () => store.get({ connectionId: 'c', jobId: 'a' })?.job.status === 'succeeded');
    assert.equal(new UnfinishedMemory(first.globalState).has({ connectionId: 'c', jobId: 'a' }), true);
    assert.deepEqual(starts, ['never'], 'opening the editor starts no engine');
    await second.refresh();
    assert.deepEqual(starts, ['never', 'ifStored']);
    second.dispose();
  });
});

suite('creating a job', () => {
  test('goes from a training file to a job of the Local engine', async function () {
    this.timeout(200_000);
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    assert.ok(folder);
    const file = vscode.Uri.joinPath(folder, 'create-job.jsonl');
    const lines = Array.from({ length: 12 }, (_, index) =>
      JSON.stringify({
        messages: [
          { role: 'system', content: 'Answer briefly.' },
          { role: 'user', content: `What is number ${index}?` },
          { role: 'assistant', content: `It is ${index}.` },
        ],
      }),
    );
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(`${lines.join('\n')}\n`));
    const launcher = createLauncher();
    const home = launcher.defaultDataFolder();
    const created = vscode.commands.executeCommand(commandIds.jobsCreate, file);
    const listJobs = async (): Promise<readonly WireJob[]> => {
      const engine = await launcher.find(home);
      if (engine === undefined) return [];
      const answer = await fetch(`${engine.baseURL}/fine_tuning/jobs`, {
        headers: { authorization: `Bearer ${engine.apiKey}` },
      });
      return ((await answer.json()) as WirePage<WireJob>).data;
    };
    // Each step offers what was asked for or the usual choice first, so that Enter goes through all of them.
    const [made] = await until(
      'a job',
      async () => {
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        await new Promise((resolve) => setTimeout(resolve, 300));
        const jobs = await listJobs();
        return jobs.length > 0 ? jobs : undefined;
      },
      60_000,
    );
    assert.ok(made);
    assert.equal(made.model, 'tunesmith-tiny');
    assert.match(made.metadata?.['tunesmith_request'] ?? '', /^[0-9a-f-]{36}$/);
    await created;
    await vscode.env.clipboard.writeText('');
    await vscode.commands.executeCommand(commandIds.jobsCopyId);
    assert.equal(await vscode.env.clipboard.readText(), made.id);
    await until('the end', async () => ['succeeded', 'failed'].includes((await listJobs())[0]?.status ?? ''), 120_000);
    const [ended] = await listJobs();
    assert.equal(ended?.status, 'succeeded');
    const model = ended.fine_tuned_model;
    await vscode.commands.executeCommand(commandIds.jobsRefresh);
    // The command waits for its message to be put away.
    void vscode.commands.executeCommand(commandIds.modelsRecord, { ref: { connectionId: 'local', jobId: ended.id }, model });
    const registry = vscode.Uri.joinPath(folder, '.tunesmith', 'models.json');
    const written = await until('the record', async () => vscode.workspace.fs.readFile(registry).then((bytes) => new TextDecoder().decode(bytes), () => undefined));
    const { models } = JSON.parse(written) as { readonly models: readonly { readonly [key: string]: unknown }[] };
    const sha256 = createHash('sha256').update(await vscode.workspace.fs.readFile(file)).digest('hex');
    assert.deepEqual(models.map((entry) => [entry['model'], entry['job'], entry['dataset']]), [[model, ended.id, { file: 'create-job.jsonl', sha256 }]]);
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder, '.tunesmith'), { recursive: true });
    await vscode.workspace.fs.delete(file);
  });
});
