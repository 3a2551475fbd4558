import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { noFilter } from '../../src/core/jobs/jobFilter.ts';
import { JobStore } from '../../src/core/jobs/jobStore.ts';
import { compatibleProfile } from '../../src/core/providers/compatible.ts';
import { localProfile } from '../../src/core/providers/local.ts';
import { openaiProfile } from '../../src/core/providers/openai.ts';
import { ServiceError, type Service } from '../../src/core/providers/port.ts';
import type { WireFile, WireJob, WireModel } from '../../src/core/providers/wire.ts';
import { jobNodeItem } from '../../src/features/jobs/jobItem.ts';
import type { JobNode } from '../../src/features/jobs/jobNode.ts';
import { JobTree } from '../../src/features/jobs/jobTree.ts';
import { RemoteList } from '../../src/features/jobs/remoteList.ts';
import { RequestIds } from '../../src/features/jobs/requestIds.ts';
import { supportDetails } from '../../src/features/jobs/supportDetails.ts';
import { TreeChoices } from '../../src/features/jobs/treeChoices.ts';
import type { Connection } from '../../src/platform/connections.ts';
import { DeployedModels } from '../../src/platform/deployedModels.ts';
import { JobOrigins } from '../../src/platform/jobOrigins.ts';
import { JobWatcher } from '../../src/platform/jobWatcher.ts';
import { ModelLives } from '../../src/platform/modelLives.ts';
import { checkpoint, event, job, page } from '../unit/jobs/builders.ts';
import { ScriptedService } from '../unit/jobs/scriptedService.ts';
import { Memory, quiet, until } from './doubles.ts';

const remote: Connection = { id: 'c', label: 'Remote', profile: compatibleProfile, baseURL: 'https://host.example/v1' };
const second: Connection = { id: 'd', label: 'Second', profile: compatibleProfile, baseURL: 'https://other.example/v1' };
const openai: Connection = { id: 'openai', label: 'OpenAI', profile: openaiProfile, baseURL: openaiProfile.baseURL };
const local: Connection = { id: 'local', label: 'Local', profile: localProfile, baseURL: undefined };

/** A service with files and models besides its jobs. */
class FullService extends ScriptedService {
  models: WireModel[] = [];
  files: WireFile[] = [];
  override listModels(): never {
    return Promise.resolve(this.models) as never;
  }
  override listFiles(): never {
    return Promise.resolve(page(this.files)) as never;
  }
}

type Ground = { readonly connections?: readonly Connection[]; readonly services?: Readonly<Record<string, Service>>; readonly keyless?: readonly string[] };

/** A tree over connections whose services a test writes. The first connection is the current one. */
function grow({ connections: all = [remote], services = {}, keyless = [] }: Ground = {}) {
  const changed = new vscode.EventEmitter<void>();
  const peek = async ({ id }: Connection) => (keyless.includes(id) ? undefined : (services[id] ?? new FullService()));
  const connections = {
    current: all[0] ?? remote,
    all: () => all,
    get: (id: string) => all.find((connection) => connection.id === id),
    keyState: async ({ id }: Connection) => (keyless.includes(id) ? ({ kind: 'missing', usable: false } as const) : ({ kind: 'stored', usable: true } as const)),
    peek,
    onDidChange: changed.event,
  };
  const jobStore = new JobStore();
  const jobWatcher = new JobWatcher({ connections, store: jobStore, globalState: new Memory(), log: quiet });
  const choices = new TreeChoices(new Memory());
  const deployed = new DeployedModels(new Memory());
  const models = new RemoteList<WireModel>(connections, async (service, _, signal) => ({ items: await service.listModels(signal), hasMore: false }));
  const files = new RemoteList<WireFile>(connections, async (service, _, signal) => ({ items: (await service.listFiles({}, signal)).data, hasMore: false }));
  const lives = new ModelLives(connections);
  const tree = new JobTree({ connections, jobStore, jobWatcher, jobOrigins: new JobOrigins(new Memory()), lives, deployed, choices, models, files, requestIds: new RequestIds({ connections, jobStore }) });
  const drawn: JobNode[] = [];
  tree.onDidChangeTreeData((node) => drawn.push(...(Array.isArray(node) ? node : node === undefined ? [] : [node])));
  const open = async (node?: JobNode): Promise<JobNode[]> => [...(await tree.getChildren(node))];
  const find = async (node: JobNode | undefined, wanted: (node: JobNode) => boolean): Promise<JobNode> => {
    const found = (await open(node)).find(wanted);
    assert.ok(found, 'the row is there');
    return found;
  };
  const section = async (connectionId: string, name: string): Promise<JobNode> => {
    const root = await find(undefined, (node) => node.kind === 'connection' && node.connectionId === connectionId);
    return find(root, (node) => node.kind === 'section' && node.section === name);
  };
  return {
    ...{ tree, jobStore, jobWatcher, choices, deployed, models, files, lives, drawn, open, find, section, connections, changed },
    plant: (jobs: readonly WireJob[], connectionId = 'c') => jobStore.applyPage(connectionId, page(jobs), jobStore.ask(Date.now())),
    jobs: async (connectionId = 'c') => open(await section(connectionId, 'jobs')),
    label: (node: JobNode) => {
      const { label } = tree.getTreeItem(node);
      return typeof label === 'string' ? label : (label?.label ?? '');
    },
    words: (node: JobNode) => String(tree.getTreeItem(node).description),
    [Symbol.dispose]: () => {
      for (const each of [tree, jobWatcher, choices, deployed, models, files, lives, changed]) each.dispose();
    },
  };
}

const untilAnswered = new vscode.CancellationTokenSource().token;

/** A job that has failed, on a connection to the service, and whoever asks for its request. */
function growFailed(service: FullService) {
  service.jobs = [job('a', 1, { status: 'failed' })];
  const ground = grow({ services: { c: service } });
  ground.plant(service.jobs);
  const record = ground.jobStore.get({ connectionId: 'c', jobId: 'a' }) ?? assert.fail();
  return { ids: new RequestIds(ground), record, [Symbol.dispose]: () => ground[Symbol.dispose]() };
}

function unreachable(): never {
  throw new ServiceError('no route', { kind: 'unreachable' });
}

suite('job tree', () => {
  test('every status has a row with words, an icon and an identity', async () => {
    using ground = grow();
    const unfinished = ['validating_files', 'queued', 'running', 'paused'];
    const statuses = [...unfinished, 'succeeded', 'failed', 'cancelled', 'new_word'];
    ground.plant(statuses.map((status, index) => job(`j-${index}`, 100 - index, { status })));
    const items = (await ground.jobs()).map((node) => ground.tree.getTreeItem(node));
    assert.deepEqual(
      items.map((item) => String(item.description).split(' · ')[0]),
      ['Validating files', 'Queued', 'Running', 'Paused', 'Succeeded', 'Failed', 'Cancelled', 'new_word'],
    );
    assert.equal(new Set(items.map((item) => item.id)).size, statuses.length);
    for (const item of items) {
      assert.ok(item.iconPath instanceof vscode.ThemeIcon);
      assert.ok(item.accessibilityInformation?.label.includes(String(item.description).split(' · ')[0] ?? '?'));
    }
    const cancelable = items.map((item) => /\bcancelable\b/.test(item.contextValue ?? ''));
    assert.deepEqual(cancelable, [true, true, true, true, false, false, false, true]);
  });

  test('what a service can do decides what its jobs offer', async () => {
    using ground = grow({ connections: [{ ...openai, id: 'c' }] });
    ground.plant([job('a', 3), job('b', 2, { status: 'paused' }), job('d', 1, { status: 'failed', error: { code: 'x', message: 'Example 4 is odd', param: null } })]);
    const contexts = (await ground.jobs()).map((node) => ground.tree.getTreeItem(node).contextValue ?? '');
    const offers = ['pausable', 'resumable', 'hasConsole', 'hasLine'];
    assert.deepEqual(
      contexts.map((context) => offers.filter((word) => context.split(' ').includes(word))),
      [['pausable', 'hasConsole'], ['resumable', 'hasConsole'], ['hasConsole', 'hasLine']],
    );
  });

  test('one changed job redraws one row, and its children follow', async () => {
    using ground = grow();
    ground.plant([job('a', 2), job('b', 1)]);
    const [first] = await ground.jobs();
    assert.ok(first);
    ground.tree.getTreeItem(first);
    assert.deepEqual(await ground.open(first), []);
    const ended = { status: 'succeeded', fine_tuned_model: 'ft:base-1:org:mine:abc', user_provided_suffix: 'mine' };
    ground.jobStore.applyJob('c', job('a', 2, ended), ground.jobStore.ask(2));
    ground.jobStore.applyCheckpoints({ connectionId: 'c', jobId: 'a' }, [checkpoint('a', 9)], ground.jobStore.ask(3));
    assert.deepEqual(ground.drawn, [first, first]);
    assert.equal(ground.label(first), 'mine');
    const children = await ground.open(first);
    assert.deepEqual(
      children.map((node) => [node.kind, ground.label(node)]),
      [
        ['model', 'mine:abc'],
        ['checkpoint', 'Checkpoint at step 9'],
      ],
    );
    assert.equal(children[0] && ground.tree.getParent(children[0]), first);
  });

  test('of two thousand jobs a hundred are drawn, and a change of one draws one row', async () => {
    using ground = grow();
    ground.plant(Array.from({ length: 2_000 }, (_, index) => job(`j${index}`, 10_000 - index, { status: index === 5 ? 'running' : 'succeeded' })));
    const rows = await ground.jobs();
    assert.equal(rows.length, 101);
    for (const node of rows) ground.tree.getTreeItem(node);
    ground.drawn.length = 0;
    ground.jobStore.applyEvents({ connectionId: 'c', jobId: 'j5' }, [event('e', 1, { step: 1, total_steps: 9 })]);
    assert.deepEqual(ground.drawn.map((node) => node.kind === 'job' && node.ref.jobId), ['j5']);
    // A job that has no row yet draws nothing.
    ground.jobStore.applyJob('c', job('j1500', 8_500, { status: 'failed' }), ground.jobStore.ask(Date.now()));
    assert.equal(ground.drawn.length, 1);
    assert.equal(ground.tree.extend('c'), true);
    assert.equal((await ground.jobs()).length, 201);
    await ground.tree.show({ connectionId: 'c', jobId: 'j1500' });
    assert.ok((await ground.jobs()).some((node) => node.kind === 'job' && node.ref.jobId === 'j1500'));
  });

  test('time changes the words of a few rows, and only those are drawn again', async () => {
    using ground = grow();
    const now = Math.floor(Date.now() / 1_000);
    ground.plant([job('new', now - 59, { status: 'succeeded' }), job('old', now - 86_400 * 3, { status: 'succeeded' })]);
    for (const node of await ground.jobs()) ground.tree.getTreeItem(node);
    const realNow = Date.now;
    try {
      Date.now = () => realNow() + 30_000;
      ground.tree.tick();
    } finally {
      Date.now = realNow;
    }
    assert.deepEqual(ground.drawn.map((node) => node.kind === 'job' && node.ref.jobId), ['new']);
  });

  test('a running job that makes no step says for how long, and no end', () => {
    const store = new JobStore();
    const ref = { connectionId: 'c', jobId: 'a' };
    store.applyPage('c', page([job('a', 1, { estimated_finish: 9_999_999_999 })]), store.ask(1));
    const around = { profile: compatibleProfile, life: undefined, deleted: false, requestId: undefined, now: Date.now() };
    const well = jobNodeItem({ kind: 'job', ref }, store.get(ref), { ...around, stalledMs: undefined });
    assert.match(String(well.description), / left/);
    const stalled = jobNodeItem({ kind: 'job', ref }, store.get(ref), { ...around, stalledMs: 300_000 });
    assert.match(String(stalled.description), /^Running · no new step for 5 min/);
    assert.doesNotMatch(String(stalled.description), / left/);
    assert.equal((stalled.iconPath as vscode.ThemeIcon).id, 'warning');
  });

  test('a failed job says why in words, and nothing of what a service says is read as Markdown', async () => {
    using ground = grow();
    const message = 'Example 3, message 2 is **bad** $(error) [x](command:evil)';
    ground.plant([job('a', 2, { status: 'failed', error: { code: 'invalid_training_file', message, param: 'training_file' } })]);
    const [first] = await ground.jobs();
    assert.ok(first);
    const [reason] = await ground.open(first);
    assert.ok(reason);
    const row = ground.tree.getTreeItem(reason);
    assert.equal(row.label, 'Message 2 in line 3 of the training file is not accepted');
    assert.equal(row.description, 'is **bad** $(error) [x](command:evil)');
    assert.match(row.contextValue ?? '', /\bhasLine\b/);
    const { tooltip } = await ground.tree.resolveTreeItem(ground.tree.getTreeItem(first), first, untilAnswered);
    const { tooltip: reasonTooltip } = await ground.tree.resolveTreeItem(row, reason, untilAnswered);
    for (const text of [tooltip, reasonTooltip]) {
      assert.ok(text instanceof vscode.MarkdownString);
      assert.ok(!text.value.includes('**bad**') && !text.value.includes('[x](command'), text.value);
      assert.notEqual(text.isTrusted, true);
    }
  });

  test('a failed job names the request that its service’s support can look up, and none that it was not told', async () => {
    const [named, unnamed] = [new FullService(), new FullService()];
    const failed = job('a', 2, { status: 'failed', error: { code: 'server_error', message: 'internal error', param: null } });
    named.jobs = [failed, job('b', 1, { status: 'succeeded' })];
    unnamed.jobs = [failed];
    named.requestId = 'req_0a1b2c3d';
    using ground = grow({ connections: [remote, second], services: { c: named, d: unnamed } });
    ground.plant(named.jobs);
    ground.plant(unnamed.jobs, 'd');
    const tooltipOf = async (node: JobNode): Promise<string> => {
      const { tooltip } = await ground.tree.resolveTreeItem(ground.tree.getTreeItem(node), node, untilAnswered);
      return tooltip instanceof vscode.MarkdownString ? tooltip.value : '';
    };
    const [failure, success] = await ground.jobs();
    assert.ok(failure && success);
    assert.match(await tooltipOf(success), /Succeeded/);
    assert.deepEqual(named.asked, [], 'only why a job failed is worth a question');
    const [reason] = await ground.open(failure);
    assert.ok(reason);
    assert.match(await tooltipOf(failure), /Request ID: req\\_0a1b2c3d/);
    assert.match(await tooltipOf(reason), /req\\_0a1b2c3d/);
    assert.deepEqual(named.asked, ['job a'], 'once');
    const [other] = await ground.jobs('d');
    assert.ok(other);
    assert.doesNotMatch(await tooltipOf(other), /Request/);
    const record = ground.jobStore.get({ connectionId: 'c', jobId: 'a' }) ?? assert.fail();
    assert.match(supportDetails(record, remote, 'req_0a1b2c3d'), /^Request: req_0a1b2c3d$/m);
    assert.doesNotMatch(supportDetails(record, remote, undefined), /^Request:/m);
  });

  test('why a job failed is told before the service answers, and its request once it does', async () => {
    const service = new FullService();
    service.requestId = 'req_late';
    const failed = job('a', 1, { status: 'failed', error: { code: 'server_error', message: 'internal error', param: null } });
    service.jobs = [failed];
    let say = (): void => {};
    const answered = new Promise<void>((resolve) => (say = resolve));
    const retrieve = service.retrieveJob.bind(service);
    service.retrieveJob = async (...given) => (await answered, retrieve(...given));
    using ground = grow({ services: { c: service } });
    ground.plant(service.jobs);
    const [failure] = await ground.jobs();
    assert.ok(failure);
    const errorText = async (): Promise<string> => {
      const [reason] = await ground.open(failure);
      const tooltip = reason && ground.tree.getTreeItem(reason).tooltip;
      return tooltip instanceof vscode.MarkdownString ? tooltip.value : '';
    };
    assert.match(await errorText(), /internal error/);
    const jobText = async (token: vscode.CancellationToken): Promise<string> => {
      const { tooltip } = await ground.tree.resolveTreeItem(ground.tree.getTreeItem(failure), failure, token);
      return tooltip instanceof vscode.MarkdownString ? tooltip.value : '';
    };
    const left = new vscode.CancellationTokenSource();
    left.cancel();
    for (const token of [untilAnswered, left.token]) {
      const text = await jobText(token);
      assert.match(text, /Failed/);
      assert.doesNotMatch(text, /Request ID/);
    }
    ground.drawn.length = 0;
    say();
    await until('the row is drawn again', () => ground.drawn.includes(failure));
    assert.match(await errorText(), /req\\_late/);
    assert.match(await jobText(untilAnswered), /Request ID: req\\_late/);
    assert.deepEqual(service.asked.filter((call) => call === 'job a'), ['job a']);
  });

  test('a service that could not say a request id is not asked again at each look', async () => {
    const service = new FullService();
    using failed = growFailed(service);
    const { ids, record } = failed;
    service.onAsk = unreachable;
    await ids.learn(record);
    await ids.learn(record);
    assert.deepEqual(service.asked, ['job a']);
    await ids.of(record);
    assert.deepEqual(service.asked, ['job a', 'job a'], 'who copies the details wants to know now');
  });

  test('a request id that could not be asked for is asked for the next time', async () => {
    const service = new FullService();
    service.requestId = 'req_1';
    using failed = growFailed(service);
    const { ids, record } = failed;
    service.onAsk = unreachable;
    assert.equal(await ids.of(record), undefined);
    service.onAsk = () => {};
    assert.equal(await ids.of(record), 'req_1');
  });

  test('jobs are filtered and grouped, and a job that is shown by name leaves the filter', async () => {
    using ground = grow();
    ground.plant([job('a', 3), job('b', 2, { status: 'failed' }), job('c', 1, { status: 'failed', model: 'base-2' })]);
    await ground.choices.setFilter({ ...noFilter, statuses: ['failed'] });
    assert.deepEqual((await ground.jobs()).map((node) => node.kind === 'job' && node.ref.jobId), ['b', 'c']);
    assert.equal(ground.words(await ground.section('c', 'jobs')), '2 of 3');
    await ground.choices.setGrouping('model');
    const groups = await ground.jobs();
    assert.deepEqual(groups.map((node) => ground.label(node)), ['base-1', 'base-2']);
    const [inGroup] = await ground.open(groups[1]);
    assert.ok(inGroup);
    assert.equal(ground.tree.getParent(inGroup), groups[1]);
    await ground.choices.setFilter({ ...noFilter, statuses: ['paused'] });
    const [remark] = await ground.jobs();
    assert.ok(remark);
    assert.match(ground.tree.getTreeItem(remark).contextValue ?? '', /\bfiltered\b/);
    await ground.tree.show({ connectionId: 'c', jobId: 'a' });
    assert.deepEqual(ground.choices.filter, noFilter);
  });

  test('a welcome stands in for rows until something is known', async () => {
    using ground = grow({ connections: [local, openai], keyless: ['openai', 'local'] });
    assert.deepEqual(await ground.open(), []);
    ground.plant([job('a', 1)], 'local');
    assert.deepEqual((await ground.open()).map((node) => ground.label(node)), ['Local'], 'OpenAI without a key is a suggestion, and no row');
    using two = grow({ connections: [remote, second] });
    assert.deepEqual((await two.open()).map((node) => ground.tree && two.label(node)), ['Remote', 'Second']);
  });

  test('another connection is asked when it is opened, and one with an expired key does not hold it up', async () => {
    const [expired, good] = [new FullService(), new FullService()];
    good.jobs = [job('g', 1)];
    expired.onAsk = () => {
      throw new ServiceError('expired', { kind: 'unauthorized', status: 401 });
    };
    using ground = grow({ connections: [remote, second], services: { c: expired, d: good } });
    ground.tree.setVisible(true);
    await ground.jobWatcher.setTreeVisible(true);
    assert.deepEqual(good.asked, [], 'its row is closed');
    const [refused] = await ground.jobs('c');
    assert.ok(refused);
    assert.match(ground.tree.getTreeItem(refused).contextValue ?? '', /\bnoKey\b/);
    const [root] = await ground.open();
    assert.ok(root);
    assert.equal(ground.words(root), 'current · API key refused');
    assert.deepEqual((await ground.jobs('d')).map((node) => node.kind), ['job']);
    const asked = () => good.asked.filter((call) => call === 'jobs').length;
    const before = asked();
    await until('a second question to the good one', () => asked() > before);
    assert.equal(expired.asked.length, 1, 'what time does not mend is not asked again');
    ground.tree.close(await ground.find(undefined, (node) => node.kind === 'connection' && node.connectionId === 'd'));
  });

  test('offline, what was known stays and has an age', async () => {
    const service = new FullService();
    service.jobs = [job('a', 1, { status: 'succeeded' })];
    using ground = grow({ services: { c: service } });
    await ground.jobWatcher.refresh('c');
    service.onAsk = () => {
      throw new ServiceError('no route', { kind: 'unreachable', code: 'ENETUNREACH' });
    };
    await ground.jobWatcher.refresh('c');
    const [root] = await ground.open();
    assert.ok(root);
    assert.equal(ground.words(root), 'current · offline · as of just now');
    assert.deepEqual((await ground.jobs()).map((node) => node.kind), ['job']);
  });

  test('models are listed with their jobs and their end, files with their size', async () => {
    const service = new FullService();
    const tuned = 'ft:gpt-4o-mini-2024-07-18:acme:mine:1';
    service.models = [
      { id: 'gpt-4o-mini-2024-07-18', object: 'model', created: 1, owned_by: 'system' },
      { id: 'ft:gpt-4o-mini-2024-07-18:acme::2', object: 'model', created: 9, owned_by: 'acme', shutdown_date: '2020-01-01' },
      { id: tuned, object: 'model', created: 8, owned_by: 'acme' },
    ];
    service.files = [{ id: 'file-1', object: 'file', bytes: 8_062_970, created_at: 5, filename: 'train.jsonl', purpose: 'fine-tune', status: 'processed', expires_at: null, status_details: null }];
    using ground = grow({ connections: [{ ...openai, id: 'c' }], services: { c: service } });
    ground.plant([job('a', 10, { status: 'succeeded', fine_tuned_model: tuned, model: 'gpt-4o-mini-2024-07-18' })]);
    const models = await ground.open(await ground.section('c', 'models'));
    assert.deepEqual(models.map((node) => ground.label(node)), ['mine:1', '2']);
    assert.match(ground.words(models[0] as JobNode), /days left|has ended/);
    assert.match(ground.words(models[1] as JobNode), /^has ended · its job is not loaded/);
    const [file] = await ground.open(await ground.section('c', 'files'));
    assert.match(ground.words(file as JobNode), /^8\.06 MB/);
    assert.match(ground.tree.getTreeItem(file as JobNode).contextValue ?? '', /\bremovable\b/);
  });

  test('a deployed model is a row of its job that a chat can use', async () => {
    using ground = grow();
    ground.plant([job('a', 1, { status: 'succeeded' })]);
    const [first] = await ground.jobs();
    await ground.deployed.note({ connectionId: 'c', jobId: 'a' }, 'served-a');
    const [row] = await ground.open(first);
    assert.deepEqual(row, { kind: 'deployment', ref: { connectionId: 'c', jobId: 'a' }, model: 'served-a' });
    assert.match(ground.tree.getTreeItem(row as JobNode).contextValue ?? '', /\bhasModel\b/);
  });
});
