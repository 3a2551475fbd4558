import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { createService } from '../../src/api/service.ts';
import { settingIds } from '../../src/contributions.ts';
import { JobStore } from '../../src/core/jobs/jobStore.ts';
import { toPoint } from '../../src/core/metrics/points.ts';
import { ServiceError, type CreateService, type ServiceOptions } from '../../src/core/providers/port.ts';
import { togetherProfile } from '../../src/core/providers/together.ts';
import { StepsReader } from '../../src/features/metrics/stepsReader.ts';
import { adviseOn } from '../../src/messages/serviceErrors.ts';
import { Connections, type Connection } from '../../src/platform/connections.ts';
import type { EngineProcess } from '../../src/platform/engineProcess.ts';
import { JobOrigins } from '../../src/platform/jobOrigins.ts';
import { UnfinishedMemory } from '../../src/platform/unfinishedMemory.ts';
import * as together from '../fixtures/providers/together.ts';
import { listenAt } from '../support/fakeRoutes.ts';
import { json } from '../unit/api/loopback.ts';
import { job } from '../unit/jobs/builders.ts';
import { Memory, quiet } from './doubles.ts';

const signal = new AbortController().signal;

/** A secret storage that can stop working. */
class Drawer implements vscode.SecretStorage {
  readonly #secrets = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.SecretStorageChangeEvent>();
  readonly onDidChange = this.#changed.event;
  works = true;
  async keys(): Promise<string[]> {
    return [...this.#secrets.keys()];
  }
  async get(key: string): Promise<string | undefined> {
    this.#check();
    return this.#secrets.get(key);
  }
  async store(key: string, value: string): Promise<void> {
    this.#check();
    this.#secrets.set(key, value);
    this.#changed.fire({ key });
  }
  async delete(key: string): Promise<void> {
    this.#secrets.delete(key);
    this.#changed.fire({ key });
  }
  #check(): void {
    if (!this.works) throw new Error('no keyring');
  }
}

/** Connections over the settings of this window, with a secret storage and a wire client that note what they get. */
function open() {
  const drawer = new Drawer();
  const [workspaceState, globalState] = [new Memory(), new Memory()];
  const asked: ServiceOptions[] = [];
  const loadService = async (): Promise<CreateService> => (options) => {
    asked.push(options);
    return createService(options);
  };
  const extension = vscode.extensions.getExtension('tunesmith.tunesmith');
  const context = { secrets: drawer, workspaceState, globalState, extension } as unknown as vscode.ExtensionContext;
  const engine = { known: undefined, onDidChange: new vscode.EventEmitter<void>().event } as unknown as EngineProcess;
  return { connections: new Connections({ context, engine, loadService }), drawer, workspaceState, globalState, asked };
}

function byId({ connections }: Pick<ReturnType<typeof open>, 'connections'>, id: string): Connection {
  return connections.get(id) ?? assert.fail(`there is no ${id}`);
}

async function setting(id: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration().update(id, value, vscode.ConfigurationTarget.Global);
}

suite('connections', () => {
  teardown(async () => {
    await setting(settingIds.connections, undefined);
    await setting(settingIds.providers, undefined);
  });

  test('send what their entry says, and no header that carries a key', async () => {
    const window = open();
    await window.connections.add({
      id: 'team',
      label: 'Team',
      baseURL: 'https://api.together.xyz/v1',
      organization: 'org-1',
      project: 'proj-1',
      keyHeader: 'api-key',
      headers: { 'X-Team': 'a', Authorization: 'Bearer stolen', Cookie: 'c' },
    });
    const team = byId(window, 'team');
    await window.connections.setKey(team, { kind: 'key', key: 'tgp_secret' });
    await window.connections.service(team, signal);
    const [sent] = window.asked;
    assert.deepEqual([sent?.wire, sent?.organization, sent?.project, sent?.keyHeader, sent?.headers], ['together', 'org-1', 'proj-1', 'api-key', { 'X-Team': 'a' }]);
    assert.equal(sent?.apiKey, 'tgp_secret');
  });

  test('have the profile as the person corrected it, and tell what is wrong with a correction', async () => {
    const window = open();
    let changes = 0;
    window.connections.onDidChange(() => (changes += 1));
    await setting(settingIds.providers, { openai: { asOf: '2026-12-01', minExamples: 25, maxFileBytes: 'big' } });
    assert.equal(byId(window, 'openai').profile.minExamples?.value, 25);
    assert.deepEqual(window.connections.overridden.faults.map(({ path }) => path), ['openai.maxFileBytes']);
    assert.ok(changes > 0);
  });

  test('leave nothing behind when they are removed', async () => {
    const window = open();
    const { connections, drawer, workspaceState, globalState } = window;
    await connections.add({ id: 'gone', label: 'Gone', baseURL: 'https://one.example/v1' });
    await connections.add({ id: 'stays', label: 'Stays', baseURL: 'https://two.example/v1' });
    for (const id of ['gone', 'stays']) await connections.setKey(byId(window, id), { kind: 'key', key: `key-${id}` });
    await workspaceState.update('tunesmith.connection', 'gone');
    await globalState.update('tunesmith.connection', 'gone');
    const origins = new JobOrigins(globalState);
    const unfinished = new UnfinishedMemory(globalState);
    await globalState.update('tunesmith.jobOrigins', { 'gone/a': { x: 1 }, 'stays/a': { x: 1 } });
    await globalState.update('tunesmith.unfinishedJobs', { gone: ['a'], stays: ['b'] });
    const removed: string[] = [];
    connections.onDidRemove((id) => removed.push(id));

    await connections.remove('gone');
    for (const id of removed) await Promise.all([origins.forgetConnection(id), unfinished.forgetConnection(id)]);

    assert.deepEqual(removed, ['gone']);
    assert.equal(connections.get('gone'), undefined);
    assert.deepEqual((await drawer.keys()).map((key) => key.slice(0, 20)), ['tunesmith.key:stays@']);
    assert.equal(connections.current.id, 'local');
    assert.deepEqual([workspaceState, globalState].map((state) => state.get('tunesmith.connection')), ['local', 'local']);
    assert.deepEqual(Object.keys(globalState.get<object>('tunesmith.jobOrigins') ?? {}), ['stays/a']);
    assert.deepEqual(unfinished.all, { stays: ['b'] });
  });

  test('row 94: addresses, headers and prices of a repository are not read', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    const file = join(folder.uri.fsPath, '.vscode/settings.json');
    const before = await readFile(file, 'utf8').catch(() => undefined);
    await mkdir(join(folder.uri.fsPath, '.vscode'), { recursive: true });
    const hostile = {
      [settingIds.connections]: [{ id: 'openai-2', label: 'OpenAI', baseURL: 'https://evil.example/v1', headers: { 'X-A': 'b' } }],
      [settingIds.providers]: { openai: { asOf: '2026-12-01', minExamples: 1 } },
      'editor.tabSize': 7,
    };
    try {
      await writeFile(file, JSON.stringify(hostile));
      // The setting that may stand there tells when the file has been read.
      for (let turn = 0; turn < 200 && vscode.workspace.getConfiguration('editor', folder).get('tabSize') !== 7; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.equal(vscode.workspace.getConfiguration('editor', folder).get('tabSize'), 7);
      const { connections } = open();
      assert.deepEqual(connections.all().map(({ id }) => id), ['local', 'openai']);
      assert.equal(connections.get('openai')?.profile.minExamples?.value, 10);
    } finally {
      if (before === undefined) await rm(file);
      else await writeFile(file, before);
    }
  });

  test('row 94: settings of wrong types leave the built-in connections', async () => {
    for (const value of ['x', 5, { a: 1 }, [null, 5, { id: 'a' }]]) {
      await setting(settingIds.connections, value);
      await setting(settingIds.providers, value);
      assert.deepEqual(open().connections.all().map(({ id }) => id), ['local', 'openai']);
    }
  });

  test('row 95: without a secret storage a key lives as long as the window', async () => {
    const window = open();
    const openai = byId(window, 'openai');
    window.drawer.works = false;
    assert.equal((await window.connections.keyState(openai)).kind, 'missing');
    assert.equal(await window.connections.setKey(openai, { kind: 'key', key: 'sk-1' }), 'volatile');
    assert.equal((await window.connections.keyState(openai)).kind, 'stored');
    await window.connections.service(openai, signal);
    assert.equal(window.asked[0]?.apiKey, 'sk-1');
    assert.deepEqual(await window.drawer.keys(), []);
    assert.equal((await open().connections.keyState(openai)).kind, 'missing', 'another window knows nothing of it');
    window.drawer.works = true;
    assert.equal(await window.connections.setKey(openai, { kind: 'key', key: 'sk-2' }), 'stored');
    await window.connections.removeKey(openai);
    assert.equal((await window.connections.keyState(openai)).kind, 'missing');
  });
});

suite('the way to a service, as VS Code is set', () => {
  let proxy: Server;
  let tunnels: string[] = [];
  let status = 502;

  setup(async () => {
    tunnels = [];
    proxy = createServer().on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    await setting('http.proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    await setting('http.proxySupport', 'override');
  });

  teardown(async () => {
    await setting('http.proxy', undefined);
    await setting('http.proxySupport', undefined);
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });

  async function failure(): Promise<ServiceError> {
    const service = createService({ baseURL: 'https://service.invalid/v1', apiKey: 'k', pauses: { random: () => 0, sleep: async () => {} } });
    const error: unknown = await service.listModels(signal).catch((reason: unknown) => reason);
    return error instanceof ServiceError ? error : assert.fail(String(error));
  }

  test('row 87: a request goes through the proxy', async () => {
    status = 502;
    const error = await failure();
    assert.equal(tunnels[0], 'service.invalid:443');
    assert.equal(adviseOn(error).id, 'proxyRefused', `${String(error.cause)} ${String((error.cause as Error | undefined)?.cause)}`);
  });

  test('row 87: a proxy that wants a sign-in is told from a service that does', async () => {
    status = 407;
    const error = await failure();
    assert.equal(tunnels[0], 'service.invalid:443');
    assert.equal(adviseOn(error).id, 'proxyAuth', `${String(error.cause)} ${String((error.cause as Error | undefined)?.cause)}`);
  });
});

suite('steps that a service keeps itself', () => {
  test('are points of the curve, and are asked for once the job is over', async () => {
    await using loopback = await listenAt({ 'GET /v1/fine-tunes/*/metrics': json(200, together.metrics) });
    const connection: Connection = { id: 'c', label: 'Together', profile: togetherProfile, baseURL: loopback.baseURL };
    const service = createService({ baseURL: loopback.baseURL, apiKey: 'k', wire: 'together' });
    const connections = { get: () => connection, peek: async () => service } as unknown as Connections;
    const store = new JobStore();
    store.applyPage('c', { object: 'list', data: [job('ft-1', 1, { status: 'succeeded' })], has_more: false }, store.ask(Date.now()));
    const record = store.get({ connectionId: 'c', jobId: 'ft-1' }) ?? assert.fail();
    const news = await new Promise<StepsReader>((resolve) => {
      const reader = new StepsReader({ connectionId: 'c', jobId: 'ft-1' }, { connections, log: quiet }, signal, () => resolve(reader));
      reader.read(record);
      reader.read(record);
    });
    assert.deepEqual(news.points, [toPoint(1, [['train_loss', 2.5]]), toPoint(2, [['train_loss', 2.25], ['full_valid_loss', 2.4]])]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    news.read(record);
    assert.equal(loopback.seen.length, 1);
  });
});
