import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { createService } from '../../src/api/service.ts';
import { commandIds, settingIds } from '../../src/contributions.ts';
import { sha256File } from '../../src/disk/files.ts';
import { formatJobFile } from '../../src/core/jobs/file/jobFile.ts';
import { parseJobLock } from '../../src/core/jobs/file/jobLock.ts';
import { newDraft } from '../../src/core/jobs/jobDraft.ts';
import { JobStore } from '../../src/core/jobs/jobStore.ts';
import { localProfile } from '../../src/core/providers/local.ts';
import { overrideProviders } from '../../src/core/providers/overrides.ts';
import { ServiceError, type FileUpload, type Service } from '../../src/core/providers/port.ts';
import { createLauncher } from '../../src/engine/launch/launcher.ts';
import type { FullPlan } from '../../src/features/jobs/create/jobPlan.ts';
import { localFile } from '../../src/features/jobs/create/checkedFile.ts';
import { checkPlan } from '../../src/features/jobs/create/planCheck.ts';
import { sendFile } from '../../src/features/jobs/create/sendFile.ts';
import type { CreateServices } from '../../src/features/jobs/create/services.ts';
import { submitPlan, type CreatedJob } from '../../src/features/jobs/create/submitPlan.ts';
import type { Connection } from '../../src/platform/connections.ts';
import { CreateMemory } from '../../src/platform/createMemory.ts';
import { DatasetChecker } from '../../src/platform/datasetChecker.ts';
import { DatasetRules } from '../../src/platform/datasetRules.ts';
import { Datasets } from '../../src/platform/datasets.ts';
import { JobOrigins } from '../../src/platform/jobOrigins.ts';
import { PendingNotes } from '../../src/platform/pendingNotes.ts';
import { SpendingLedger } from '../../src/platform/spending.ts';
import { TokenCounter } from '../../src/platform/tokenCounter.ts';
import { TrainingFiles } from '../../src/platform/trainingFiles.ts';
import { UploadNotes } from '../../src/platform/uploadNotes.ts';
import { job } from '../unit/jobs/builders.ts';
import { ScriptedService } from '../unit/jobs/scriptedService.ts';
import { Memory, quiet } from './doubles.ts';

const signal = new AbortController().signal;
const { compatible } = overrideProviders({ compatible: { asOf: '2026-11-28', models: { m: { price: { training: 1_000 } } } } }).providers;
const remote: Connection = { id: 'c', label: 'Remote', profile: compatible, baseURL: 'https://host.example/v1' };

/** A service that also takes files and knows models. */
class Remote extends ScriptedService {
  uploads = undefined as never;
  uploaded = 0;
  shutdown: string | null = null;
  estimates?: NonNullable<Service['estimates']>;
  override uploadFile = (async (upload: FileUpload) => {
    for await (const chunk of upload.open()) assert.ok(chunk.length > 0);
    this.uploaded += 1;
    return { id: `file-${this.uploaded}`, object: 'file', bytes: 1, status: 'processed', filename: 'a', purpose: 'fine-tune', created_at: 1, expires_at: null, status_details: null };
  }) as never;
  override retrieveModel = (async () => ({ id: 'm', object: 'model', created: 1, owned_by: 'o', shutdown_date: this.shutdown })) as never;
}

function extension(): { readonly path: string; readonly version: string } {
  const own = vscode.extensions.all.find(({ packageJSON }) => (packageJSON as { readonly name?: string }).name === 'tunesmith');
  assert.ok(own);
  return { path: own.extensionPath, version: (own.packageJSON as { readonly version: string }).version };
}

suite('preflight and creation', () => {
  let folder: string;
  let file: vscode.Uri;
  const disposables: vscode.Disposable[] = [];

  suiteSetup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tunesmith-create-'));
    file = vscode.Uri.file(join(folder, 'a.train.jsonl'));
    const line = (index: number): string =>
      JSON.stringify({ messages: [{ role: 'user', content: `What is ${index}?` }, { role: 'assistant', content: `It is ${index}.` }] });
    await writeFile(file.fsPath, `${Array.from({ length: 60 }, (_, index) => line(index)).join('\n')}\n`);
  });
  suiteTeardown(async () => {
    for (const each of disposables.splice(0)) each.dispose();
    await rm(folder, { recursive: true, force: true });
    await setting(settingIds.costMaxPerJob, undefined);
    await setting(settingIds.costMaxPerMonth, undefined);
  });

  const setting = (id: string, value: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration().update(id, value, vscode.ConfigurationTarget.Global);

  function servicesFor(connection: Connection, service: Service): CreateServices {
    const own = <T extends vscode.Disposable>(item: T): T => (disposables.push(item), item);
    const changed = own(new vscode.EventEmitter<void>());
    const connections = {
      current: connection,
      get: (id: string) => (id === connection.id ? connection : undefined),
      all: () => [connection],
      service: async () => service,
      peek: async () => service,
      onDidChange: changed.event,
    };
    const spending = new SpendingLedger(join(folder, 'ledger'));
    const dist = join(extension().path, 'dist');
    const jobOrigins = new JobOrigins(new Memory());
    const trainingFiles = own(new TrainingFiles(new Memory(), jobOrigins));
    const rules = own(new DatasetRules({ connections, workspaceState: new Memory(), log: quiet }));
    const checker = own(new DatasetChecker({ program: join(dist, 'datasetWorker.js'), log: quiet }));
    return {
      ...{ log: quiet, connections, jobStore: new JobStore(), jobOrigins },
      datasets: own(new Datasets({ log: quiet, rules, checker, trainingFiles })),
      tokens: own(new TokenCounter({ program: join(dist, 'tokenWorker.js'), log: quiet })),
      spending,
      uploadNotes: new UploadNotes(new Memory(), folder),
      createMemory: new CreateMemory(new Memory()),
      pendingNotes: new PendingNotes(folder, spending),
      view: { reveal: async () => {} },
    };
  }

  const planOf = (connection: Connection, model = 'm', training = file): FullPlan => ({
    ...{ connection, training: localFile(training), validation: undefined, maxCost: undefined },
    draft: newDraft(model),
  });
  const check = (services: CreateServices, plan: FullPlan) => checkPlan(services, plan, () => {}, signal);
  const codes = ({ preflight }: Awaited<ReturnType<typeof check>>): readonly string[] =>
    [...preflight.against, ...preflight.but].map(({ code }) => code);

  test('yes, with tokens, price and time by an earlier job', async () => {
    const service = new Remote();
    service.jobs = [job('old', 1_000, { status: 'succeeded', model: 'm', trained_tokens: 2_000, finished_at: 1_600 })];
    const services = servicesFor(remote, service);
    const found = await check(services, planOf(remote));
    assert.deepEqual([found.preflight.verdict, codes(found)], ['yes', []]);
    assert.ok(found.cost.kind === 'dollars' && found.cost.dollars.low > 0 && found.cost.dollars.high > found.cost.dollars.likely);
    assert.deepEqual([found.training.examples, found.duration?.runs, service.uploaded], [60, 1, 0]);
  });

  test('no: the service refused before, the model is gone, the file has errors', async () => {
    const service = new Remote();
    service.shutdown = '2020-01-01';
    const services = servicesFor(remote, service);
    await services.createMemory.learn(remote, { access: { kind: 'refused', at: Date.now(), reason: 'closed' } });
    const broken = vscode.Uri.file(join(folder, 'broken.jsonl'));
    await writeFile(broken.fsPath, '{"messages": [\n{"messages": []}\n');
    const found = await check(services, planOf(remote, 'm', broken));
    assert.equal(found.preflight.verdict, 'no');
    assert.deepEqual(found.preflight.against.map(({ code }) => code), ['file.errors', 'creation.refused', 'model.gone']);
  });

  test('no: the service does not answer, and says why', async () => {
    const service = new Remote();
    service.onAsk = () => {
      throw new ServiceError('bad key', { kind: 'unauthorized', status: 401 });
    };
    const found = await check(servicesFor(remote, service), planOf(remote));
    assert.ok(codes(found).includes('service.refuses'));
  });

  test('caps refuse before the first byte leaves, also when two windows reserve at once', async () => {
    await setting(settingIds.costMaxPerJob, 0.01);
    const service = new Remote();
    const services = servicesFor(remote, service);
    const plan = planOf(remote);
    const found = await check(services, plan);
    assert.deepEqual(found.preflight.against.map(({ code }) => code), ['cap.breached']);
    await assert.rejects(submitPlan(services, { plan, check: found }), /maxPerJob/);
    assert.equal(service.uploaded, 0);
    await setting(settingIds.costMaxPerJob, undefined);
    await setting(settingIds.costMaxPerMonth, 10);
    const windows = [1, 2, 3, 4].map(() => new SpendingLedger(join(folder, 'race')));
    const breaches = await Promise.all(
      windows.map((ledger, index) =>
        ledger.reserve({ kind: 'reserved', id: String(index), at: Date.now(), connection: 'c', model: 'm', likely: 3, high: 4, price: 1 }),
      ),
    );
    assert.equal(breaches.filter((breach) => breach?.kind === 'month').length, 2);
    await setting(settingIds.costMaxPerMonth, undefined);
  });

  test('a price that a profile promises and the service never names keeps no cap: refused before the first byte leaves', async () => {
    await setting(settingIds.costMaxPerMonth, 10);
    const { compatible: promising } = overrideProviders({ compatible: { asOf: '2026-11-28', capabilities: { estimate: true } } }).providers;
    const connection: Connection = { ...remote, profile: promising };
    const service = new Remote();
    const services = servicesFor(connection, service);
    const plan = planOf(connection);
    const found = await check(services, plan);
    assert.deepEqual([found.cost.kind, found.preflight.against], ['unknown', []]);
    await assert.rejects(submitPlan(services, { plan, check: found }), /the price of this model is unknown/);
    assert.deepEqual([service.uploaded, service.asked.includes('create')], [0, false]);
    await setting(settingIds.costMaxPerMonth, undefined);
    await submitPlan(services, { plan: { ...plan, maxCost: 1 }, check: found }).then(
      () => assert.fail('a limit of a job file is one, too'),
      (error: Error) => assert.match(error.message, /the price of this model is unknown/),
    );
  });

  test('a refusal after the upload says what lies at the service now, and leaves neither note nor money', async () => {
    const service = new Remote();
    service.estimates = { price: async () => ({ price: 20, allowed: false }) };
    const services = servicesFor(remote, service);
    const plan = planOf(remote);
    const found = await check(services, plan);
    const before = await services.spending.all();
    await assert.rejects(submitPlan(services, { plan, check: found }), /does not cover it\..* uploaded to Remote, and still there: a\.train\.jsonl\.$/);
    delete service.estimates;
    // The limit is reached while the file is on its way.
    const upload = service.uploadFile as (...given: unknown[]) => Promise<unknown>;
    service.uploadFile = (async (...given: unknown[]) => {
      await setting(settingIds.costMaxPerMonth, 0.001);
      return upload(...given);
    }) as never;
    const fresh = new UploadNotes(new Memory(), await mkdtemp(join(folder, 'fresh-')));
    await assert.rejects(submitPlan({ ...services, uploadNotes: fresh }, { plan, check: found }), /your limit is .* still there: a\.train\.jsonl\.$/);
    await setting(settingIds.costMaxPerMonth, undefined);
    assert.deepEqual([await services.pendingNotes.all(), await services.spending.all(), service.asked.includes('create')], [[], before, false]);
  });

  test('a job is created, its money noted, and what the service does with metadata learnt', async () => {
    const service = new Remote();
    service.onCreate = () => job('made', 5, { training_file: 'file-1' });
    const services = servicesFor(remote, service);
    const plan = planOf(remote);
    const created = await submitPlan(services, { plan, check: await check(services, plan) });
    assert.equal(created?.job.id, 'made');
    const memory = services.createMemory.of(remote);
    assert.deepEqual([memory.access?.kind, memory.dropsMetadata, await services.pendingNotes.all()], ['open', true, []]);
    assert.equal((await services.spending.all()).find((one) => one.job === 'made')?.model, 'm');
    assert.equal(created.inputs.training.sha256, await sha256File(file.fsPath));
  });

  test('a refusal is remembered, and the money is free again', async () => {
    const service = new Remote();
    service.onCreate = () => {
      throw new ServiceError('Fine-tuning is closed for this organization.', { kind: 'forbidden', status: 403 });
    };
    const services = servicesFor(remote, service);
    const plan = planOf(remote);
    const before = await services.spending.all();
    await assert.rejects(submitPlan(services, { plan, check: await check(services, plan) }), /closed/);
    assert.equal(services.createMemory.of(remote).access?.kind, 'refused');
    assert.deepEqual(await services.spending.all(), before);
    assert.deepEqual((await check(services, plan)).preflight.against.map(({ code }) => code), ['creation.refused']);
  });

  test('88: a reload in the middle of an upload to the Local engine: another window sends only what is missing', async function () {
    this.timeout(120_000);
    const launcher = createLauncher();
    const { path: own, version } = extension();
    const engine = await launcher.start(
      { program: join(own, 'dist', 'engine.js'), version, dataFolder: launcher.defaultDataFolder(), threads: 1, idleSeconds: 600 },
      signal,
    );
    const service = createService({ baseURL: engine.baseURL, apiKey: engine.apiKey });
    const uploads = service.uploads ?? assert.fail();
    const large = vscode.Uri.file(join(folder, 'large.jsonl'));
    await writeFile(large.fsPath, Buffer.alloc(15 * 1024 * 1024, 'abcdefg\n'));
    const { size: bytes, mtimeMs } = await stat(large.fsPath);
    const limits = { value: { plainBytes: 1024 * 1024, partBytes: 64 * 1024 * 1024, maxBytes: 1024 ** 3 }, asOf: '', source: '' };
    const connection: Connection = { id: 'local', label: 'Local', profile: { ...localProfile, uploads: limits }, baseURL: engine.baseURL };
    const options = (of: Service) => ({
      ...{ service: of, connection, model: '', reuse: true, report: () => {} },
      file: { uri: large, name: 'large.jsonl', bytes, modifiedMs: mtimeMs },
    });
    let parts = 0;
    const ending: Service = {
      ...service,
      uploads: {
        ...uploads,
        addPart: (...given) => {
          parts += 1;
          return parts > 2 ? Promise.reject(new Error('The window is gone.')) : uploads.addPart(...given);
        },
      },
    };
    await assert.rejects(sendFile({ uploadNotes: new UploadNotes(new Memory(), folder) }, options(ending), signal), /window is gone/);
    // Another window knows nothing but what lies on the disk.
    const notes = new UploadNotes(new Memory(), folder);
    const [state] = await notes.allUnfinished();
    assert.ok(state);
    assert.equal(state.parts.filter((part) => part !== null).length, 2);
    let added = 0;
    const counting: Service = { ...service, uploads: { ...uploads, addPart: (...given) => ((added += 1), uploads.addPart(...given)) } };
    const sent = await sendFile({ uploadNotes: notes }, options(counting), signal);
    assert.deepEqual([sent.how, added, await notes.allUnfinished()], ['parts', state.parts.length - 2, []]);
    assert.equal((await service.retrieveFile(sent.fileId, signal)).bytes, bytes);
    await service.deleteFile(sent.fileId, signal);
  });

  test('a job file has lenses, problems at their places, and runs on the Local engine', async function () {
    this.timeout(120_000);
    const target = vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail();
    const uri = vscode.Uri.joinPath(target, 'run.finetune.json');
    const training = vscode.Uri.joinPath(target, 'run.train.jsonl');
    await vscode.workspace.fs.copy(file, training, { overwrite: true });
    const draft = { ...newDraft('tunesmith-tiny'), suffix: 'filed', settings: { ...newDraft('').settings, nEpochs: 1 } };
    const text = formatJobFile({ version: 1, connection: 'local', training: 'run.train.jsonl', validation: undefined, draft, maxCost: undefined });
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text.replace('run.train', 'gone')));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 10);
    assert.deepEqual(lenses.map((lens) => lens.command?.title.replace(/^\$\([a-z-]+\) /, '')), ['Validate', 'Estimate', 'Run']);
    assert.equal(await vscode.commands.executeCommand(commandIds.jobsValidateFile, uri), 1);
    const [problem] = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Tunesmith');
    assert.equal(document.getText(problem?.range), '"gone.jsonl"');
    assert.equal(problem?.code, 'jobFile.fileMissing');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const created = await vscode.commands.executeCommand<CreatedJob | undefined>(commandIds.jobsRunFile, uri);
    assert.ok(created);
    const lock = parseJobLock(await readFile(vscode.Uri.joinPath(target, 'run.finetune.lock.json').fsPath, 'utf8'));
    assert.equal(lock?.job, created.job.id);
    assert.equal(lock.inputs.training.sha256, await sha256File(training.fsPath));
    assert.equal(created.job.metadata?.['tunesmith_dataset'], lock.inputs.training.sha256);
    assert.equal(created.job.user_provided_suffix, 'filed');
    const engine = (await createLauncher().find(createLauncher().defaultDataFolder())) ?? assert.fail();
    const service = createService({ baseURL: engine.baseURL, apiKey: engine.apiKey });
    const again = vscode.commands.executeCommand(commandIds.jobsCreateAgain, { connectionId: 'local', jobId: created.job.id });
    const made = async () => (await service.listJobs({}, signal)).data.filter((one) => one.user_provided_suffix === 'filed');
    for (let tries = 0; (await made()).length < 2; tries += 1) {
      assert.ok(tries < 100, 'the job is created again');
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await again;
    const [second, first] = await made();
    assert.deepEqual([second?.training_file, second?.seed], [first?.training_file, first?.seed], 'the same file, not sent twice');
    for (const one of await made()) await service.cancelJob(one.id, signal).catch(() => undefined);
  });
});
