import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../host/install.ts';
import { copySample } from '../host/sample.ts';
import { chatLines } from '../support/chatLines.ts';
import { createRandom } from '../unit/jobs/builders.ts';
import { FakeService } from './fakeService.ts';
import { fromValidation, toSummary } from './newJob.ts';
import type { Visit } from './visit.ts';
import type { Workbench } from './workbench.ts';

const model = 'base-7b';
const output = join(repository, 'out/behaviours');
const mebibyte = 1024 * 1024;
/** Parts that arrive before the window is reloaded. */
const early = 5;

/** What a reload of the window must not lose: an upload, a job whose answer was not there yet, a job that runs. */
export async function inReloads(visit: Visit): Promise<boolean> {
  const folder = await copySample(join(output, 'reloads'));
  writeLarge(join(folder, 'large.train.jsonl'));
  writeFileSync(join(folder, 'small.train.jsonl'), `${chatLines(60).join('\n')}\n`);
  const fake = await FakeService.start();
  const settings = {
    'tunesmith.connections': [{ id: 'distant', label: 'Distant', baseURL: fake.baseURL, profile: 'compatible' }],
    'tunesmith.providers': { compatible: { asOf: '2026-11-28', capabilities: { uploads: true }, models: { 'base-7b': { price: { training: 8 } } } } },
  };
  try {
    return await visit('reloads', { folder, settings }, async (steps, workbench) => {
      const reloader = new Reloader(workbench, fake, folder);
      await steps.run('a window is reloaded in the middle of an upload', () => reloader.cutUpload());
      await steps.run('the upload goes on, and only what is missing is sent', () => reloader.resume());
      await steps.run('the job is made from what was uploaded', () => reloader.createFromUpload());
      await steps.run('a window is reloaded before the answer to a new job', () => reloader.loseAnswer());
      await steps.run('that job is found, and no second one is made', () => reloader.findLost());
      await steps.run('a request that may still be answered is left alone, and its job found', () => reloader.leaveAlone());
      await steps.run('a job is followed to its end over a reload', () => reloader.follow());
    });
  } finally {
    await fake.stop();
  }
}

/** Examples of which no two are alike, enough of them to go in parts. */
function writeLarge(path: string): void {
  const random = createRandom(7);
  const words = Array.from({ length: 4_000 }, () => Math.floor(random() * 36 ** 5).toString(36));
  const text = (): string => Array.from({ length: 1_100 }, () => words[Math.floor(random() * words.length)]).join(' ');
  const lines: string[] = [];
  for (let bytes = 0; bytes < 68 * mebibyte; bytes += lines.at(-1)?.length ?? 0) {
    const messages = [{ role: 'user', content: `What stands on page ${lines.length}?` }, { role: 'assistant', content: text() }];
    lines.push(JSON.stringify({ messages }));
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
}

class Reloader {
  readonly #workbench: Workbench;
  readonly #fake: FakeService;
  readonly #folder: string;

  constructor(workbench: Workbench, fake: FakeService, folder: string) {
    this.#workbench = workbench;
    this.#fake = fake;
    this.#folder = folder;
  }

  async cutUpload(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.runCommand('Fine-Tuning: Switch Connection…');
    await workbench.pick('Distant');
    this.#fake.uploads.answers = early;
    await toSummary(workbench, { training: 'large.train.jsonl', model, suffix: 'from-parts' });
    await workbench.pick('Create Job');
    await workbench.answerDialog('Create Job');
    await workbench.notification(/Creating a fine-tuning job on Distant.*uploading large\.train\.jsonl/).waitFor();
    await workbench.until(() => this.#fake.uploads.parts.length === early);
    await workbench.screenshot('upload-running');
    await workbench.reload();
    await workbench.notification(/The upload of large\.train\.jsonl to Distant was interrupted \(14 % sent\)/).waitFor();
    await workbench.inThemes('upload-interrupted');
    assert.equal(this.#fake.created, 0);
    assert.equal(this.#fake.uploads.cancelled, 0, 'a window that ends cancels nothing');
  }

  async resume(): Promise<void> {
    const workbench = this.#workbench;
    const { uploads } = this.#fake;
    uploads.answers = Number.POSITIVE_INFINITY;
    await workbench.answerNotification(/was interrupted/, 'Resume');
    await workbench.notification(/is uploaded to Distant/).waitFor();
    await workbench.screenshot('upload-resumed');
    const file = readFileSync(join(this.#folder, 'large.train.jsonl'));
    assert.equal(uploads.begun, 1);
    assert.equal(uploads.parts.length, Math.ceil(file.length / (2 * mebibyte)), 'each part came once');
    assert.equal(uploads.md5, createHash('md5').update(file).digest('hex'));
    this.#fake.files = [{ id: 'file-parts', object: 'file', bytes: file.length, created_at: 1, filename: 'large.train.jsonl', purpose: 'fine-tune', status: 'processed' }];
  }

  async createFromUpload(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.answerNotification(/is uploaded to Distant/, 'Create Job…');
    await workbench.waitForQuickInput('2/6');
    await fromValidation(workbench, { model, suffix: 'from-parts' });
    await workbench.pick('Create Job');
    await workbench.answerDialog('Create Job');
    await workbench.treeRow(/from-parts/).waitFor();
    assert.equal(this.#fake.jobs[0]?.['training_file'], 'file-parts');
    assert.equal(this.#fake.uploads.begun, 1);
    // What the first window had in mind to spend was never spent.
    await workbench.runCommand('Fine-Tuning: Show Spending');
    await workbench.page.locator('.view-line', { hasText: 'ftjob-fake1' }).waitFor();
    assert.doesNotMatch(await workbench.visibleText(), /answer lost/);
  }

  async loseAnswer(): Promise<void> {
    const workbench = this.#workbench;
    this.#fake.manner = 'keepsNewJob';
    await toSummary(workbench, { training: 'small.train.jsonl', model, suffix: 'unheard' });
    await workbench.pick('Create Job');
    await workbench.answerDialog('Create Job');
    await workbench.until(() => this.#fake.created === 2);
    await workbench.reload();
    this.#fake.manner = 'well';
    await workbench.openContainer('Tunesmith');
    await workbench.treeRow(/unheard.*Queued/).waitFor();
    await workbench.runCommand('Fine-Tuning: Show Spending');
    await workbench.page.locator('.view-line', { hasText: 'ftjob-fake2' }).waitFor();
  }

  async findLost(): Promise<void> {
    const workbench = this.#workbench;
    await toSummary(workbench, { training: 'small.train.jsonl', model, suffix: 'unheard' });
    await workbench.pick('Create Job');
    await workbench.answerDialog('Create Job');
    const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: /The job from small\.train\.jsonl that was asked for on .* was made/ });
    await dialog.waitFor();
    await workbench.inThemes('pending-found');
    await workbench.answerDialog('Show Job');
    await workbench.page.locator('.sidebar .monaco-list-row.selected', { hasText: 'unheard' }).waitFor();
    assert.equal(this.#fake.created, 2);
  }

  async leaveAlone(): Promise<void> {
    const workbench = this.#workbench;
    const ask = async (): Promise<void> => {
      await toSummary(workbench, { training: 'small.train.jsonl', model, suffix: 'slow' });
      await workbench.pick('Create Job');
      await workbench.answerDialog('Create Job');
    };
    this.#fake.manner = 'holdsNewJob';
    await ask();
    await workbench.until(() => this.#fake.created === 3);
    await workbench.reload();
    this.#fake.manner = 'well';
    await workbench.openContainer('Tunesmith');
    await ask();
    await workbench.page.locator('.monaco-dialog-box', { hasText: /A job from small\.train\.jsonl is being asked for since/ }).waitFor();
    await workbench.inThemes('pending-young');
    assert.ok(this.#fake.lost);
    this.#fake.jobs.unshift(this.#fake.lost);
    await workbench.answerDialog('Look Again');
    await workbench.page.locator('.monaco-dialog-box', { hasText: /was made/ }).waitFor();
    await workbench.answerDialog('Show Job');
    await workbench.page.locator('.sidebar .monaco-list-row.selected', { hasText: 'slow' }).waitFor();
    assert.equal(this.#fake.created, 3);
  }

  async follow(): Promise<void> {
    const workbench = this.#workbench;
    const change = (given: Readonly<Record<string, unknown>>): void => {
      this.#fake.jobs = this.#fake.jobs.map((job) => (job.id === 'ftjob-fake2' ? { ...job, ...given } : job));
    };
    const now = Math.floor(Date.now() / 1_000);
    this.#fake.events.set('ftjob-fake2', Array.from({ length: 12 }, (_, index) => stepEvent(12 - index, now - index)));
    change({ status: 'running' });
    await workbench.treeRow(/unheard.*Running.*step 12\/40/).waitFor();
    await workbench.reload();
    await workbench.openContainer('Tunesmith');
    await workbench.treeRow(/unheard.*Running.*step 12\/40/).waitFor();
    this.#fake.events.set('ftjob-fake2', Array.from({ length: 20 }, (_, index) => stepEvent(20 - index, now + 8 - index)));
    await workbench.treeRow(/unheard.*step 20\/40/).waitFor();
    await workbench.screenshot('followed-over-reload');
    await workbench.reload();
    change({ status: 'succeeded', fine_tuned_model: 'ft:base-7b:acme:unheard:1', finished_at: now, trained_tokens: 5_000 });
    await workbench.notification(/"unheard" has finished/).waitFor();
  }
}

function stepEvent(step: number, at: number): unknown {
  const data = { step, total_steps: 40, train_loss: 2 / step };
  return { id: `ftevent-${step}`, object: 'fine_tuning.job.event', created_at: at, level: 'info', type: 'metrics', message: `Step ${step}/40`, data };
}
