import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { JobStore, type JobRef } from '../../src/core/jobs/jobStore.ts';
import { compatibleProfile } from '../../src/core/providers/compatible.ts';
import { ServiceError } from '../../src/core/providers/port.ts';
import { EventChannel } from '../../src/features/jobs/eventViews.ts';
import { FinishedNotices } from '../../src/features/jobs/finishedNotices.ts';
import type { Connection } from '../../src/platform/connections.ts';
import { JobOrigins } from '../../src/platform/jobOrigins.ts';
import { JobSnapshots } from '../../src/platform/jobSnapshots.ts';
import { JobWatcher } from '../../src/platform/jobWatcher.ts';
import { NoticeClaims } from '../../src/platform/noticeClaims.ts';
import { event, job } from '../unit/jobs/builders.ts';
import { ScriptedService } from '../unit/jobs/scriptedService.ts';
import { Memory, quiet, until } from './doubles.ts';

const remote: Connection = { id: 'c', label: 'Remote', profile: compatibleProfile, baseURL: 'https://host.example/v1' };
const ref: JobRef = { connectionId: 'c', jobId: 'a' };

/** What one window knows and does; windows share their state and their folder. */
function openWindow(service: ScriptedService, globalState: Memory, folder: string) {
  const changed = new vscode.EventEmitter<void>();
  const store = new JobStore();
  const connections = {
    current: remote,
    all: () => [remote],
    get: (id: string) => (id === remote.id ? remote : undefined),
    peek: async () => service,
    onDidChange: changed.event,
  };
  const told: string[] = [];
  const log = { ...quiet, info: (line: string) => void told.push(line) };
  const snapshots = new JobSnapshots(join(folder, 'jobs'), quiet);
  const watcher = new JobWatcher({ connections, store, globalState, log, snapshots });
  const claims = new NoticeClaims(join(folder, 'told'), quiet);
  const jobOrigins = new JobOrigins(globalState);
  // The words themselves are the editor's; which window says them is told by its log.
  const services = { log, connections, jobStore: store, jobWatcher: watcher, jobOrigins, claims };
  const notices = new FinishedNotices(services as unknown as ConstructorParameters<typeof FinishedNotices>[0]);
  return {
    ...{ store, watcher, told },
    close: () => {
      for (const each of [notices, watcher, changed]) each.dispose();
    },
  };
}

suite('watching jobs', () => {
  let folder: string;
  setup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tunesmith-watching-'));
  });
  teardown(() => rm(folder, { recursive: true, force: true }));

  test('row 77: two windows see one truth, and one of them tells that the job has ended', async () => {
    await until('the focus', () => vscode.window.state.focused);
    const service = new ScriptedService();
    service.jobs = [job('a', 1)];
    const globalState = new Memory();
    const windows = [openWindow(service, globalState, folder), openWindow(service, globalState, folder)];
    await Promise.all(windows.map(({ watcher }) => watcher.refresh('c')));
    service.jobs = [job('a', 1, { status: 'succeeded' })];
    await Promise.all(windows.map(({ watcher }) => watcher.refresh('c')));
    assert.deepEqual(windows.map(({ store }) => store.get(ref)?.job.status), ['succeeded', 'succeeded']);
    const lines = () => windows.flatMap(({ told }) => told.filter((line) => line.includes('a of c: succeeded')));
    await until('the word', () => lines().length > 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(lines().length, 1);
    await vscode.commands.executeCommand('notifications.clearAll');
    for (const window of windows) window.close();
  });

  test('a window that is opened without a network shows what was known, with its age', async () => {
    const service = new ScriptedService();
    service.jobs = [job('a', 5, { status: 'succeeded' }), job('b', 4, { status: 'failed' })];
    const first = openWindow(service, new Memory(), folder);
    await first.watcher.refresh('c');
    await until('the snapshot', async () => (await readdir(join(folder, 'jobs')).catch(() => [])).some((name) => name.endsWith('.json')), 15_000);
    first.close();
    service.onAsk = () => {
      throw new ServiceError('no route', { kind: 'unreachable', code: 'ENETUNREACH' });
    };
    const later = openWindow(service, new Memory(), folder);
    await later.watcher.refresh('c');
    assert.deepEqual(later.store.list('c').map(({ job: { id } }) => id), ['a', 'b']);
    const state = later.watcher.state('c');
    assert.equal(state?.kind, 'failed');
    assert.ok((state.answeredAt ?? 0) > 0);
    service.onAsk = () => {};
    service.jobs = [job('n', 9), ...service.jobs];
    await later.watcher.refresh('c');
    assert.deepEqual(later.store.list('c').map(({ job: { id } }) => id), ['n', 'a', 'b']);
    later.close();
  });

  test('the output follows one job at a time, each event once', async () => {
    const service = new ScriptedService();
    service.jobs = [job('a', 2, { user_provided_suffix: 'first' }), job('b', 1)];
    service.events.set('a', [event('a2', 20, null, 'Step 2'), event('a1', 10, null, 'Step 1')]);
    service.events.set('b', [event('b1', 30, null, 'Elsewhere')]);
    const window = openWindow(service, new Memory(), folder);
    await window.watcher.refresh('c');
    const lines: string[] = [];
    const output = { appendLine: (line: string) => void lines.push(line), clear: () => void lines.splice(0), show() {}, dispose() {} };
    const channel = new EventChannel(window.store, window.watcher, () => output);
    const texts = () => lines.map((line) => line.replace(/^\S+ \S+ +/, ''));
    channel.follow(ref);
    assert.match(lines[0] ?? '', /^Events of first \(a\), times in UTC$/);
    await until('both events', () => lines.length === 3);
    assert.match(lines[1] ?? '', /^1970-01-01 00:00:10.*Step 1$/);
    service.events.set('a', [event('a3', 40, null, 'Step 3'), ...(service.events.get('a') ?? [])]);
    await window.watcher.refresh('c');
    await until('the new one', () => lines.length === 4);
    assert.match(texts().at(-1) ?? '', /Step 3$/);
    assert.ok(lines.every((line) => !line.includes('Elsewhere')));
    channel.follow({ connectionId: 'c', jobId: 'b' });
    await until('the other job', () => lines.some((line) => line.includes('Elsewhere')));
    service.events.set('a', [event('a4', 50, null, 'Step 4'), ...(service.events.get('a') ?? [])]);
    await window.watcher.refresh('c');
    assert.ok(lines.every((line) => !line.includes('Step')), lines.join('\n'));
    // More than a page, of which the newest comes first.
    const later = Array.from({ length: 250 }, (_, index) => event(`c${250 - index}`, 300 - index, null, `Step ${250 - index}`));
    service.events.set('b', [...later, ...(service.events.get('b') ?? [])]);
    await window.watcher.refresh('c');
    await until('all of them', () => lines.length === 252);
    assert.match(lines[1] ?? '', /Elsewhere$/);
    assert.deepEqual(lines.slice(2).map((line) => Number(/\d+$/.exec(line)?.[0])), Array.from({ length: 250 }, (_, index) => index + 1));
    channel.dispose();
    window.close();
  });

  test('row 98: a hundred windows opened and closed leave no timer, listener or file', async () => {
    const service = new ScriptedService();
    service.jobs = [job('a', 1)];
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    for (let count = 0; count < 100; count += 1) {
      const window = openWindow(service, new Memory(), folder);
      await window.watcher.setTreeVisible(true);
      window.close();
    }
    // The extension host has timers of its own, which come and go.
    assert.ok(timers() <= before + 10, `${timers() - before} timers are left`);
    assert.deepEqual((await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.tmp')), []);
  });

  test('row 100: after a reload in the middle of a job its end is still told, once', async () => {
    const service = new ScriptedService();
    service.jobs = [job('a', 1)];
    const globalState = new Memory();
    const before = openWindow(service, globalState, folder);
    await before.watcher.refresh('c');
    before.close();
    service.jobs = [job('a', 1, { status: 'failed', error: { code: 'server_error', message: 'The job failed due to an internal error', param: null } })];
    const after = openWindow(service, globalState, folder);
    after.watcher.start();
    await until('the word', () => after.told.some((line) => line.includes('a of c: failed')));
    after.close();
    const again = openWindow(service, globalState, folder);
    again.watcher.start();
    await again.watcher.refresh('c');
    assert.deepEqual(again.told, []);
    await vscode.commands.executeCommand('notifications.clearAll');
    again.close();
  });
});
