import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from '../host/install.ts';
import { copySample } from '../host/sample.ts';
import { inCreation } from './creation.ts';
import { Editing, writeTrainingFiles } from './editing.ts';
import { FakeService } from './fakeService.ts';
import { inDeploying } from './deploying.ts';
import { inGrading } from './grading.ts';
import { inPricing } from './pricing.ts';
import { inReloads } from './reloads.ts';
import type { Steps } from './steps.ts';
import { fillWithEverything, lookAtTree } from './treeStates.ts';
import { visit as visitPlace, type Place } from './visit.ts';
import type { Workbench } from './workbench.ts';

/**
 * What a person does besides the main job, in a real VS Code: cancels, stops, exports, meets services that fail,
 * works without a folder and in Restricted Mode, edits a training file. Screenshots are left in out/behaviours/.
 * Arguments name parts, such as `folder` or `tree`; without any, all are run. `tree stalled` also waits the three minutes
 * that it takes until a job counts as stalled.
 */
const output = join(repository, 'out/behaviours');
const keyFile = join(output, 'key.txt');

async function main(): Promise<void> {
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  await writeFile(keyFile, '  sk-of-a-file-0001  \n\n');
  const parts = {
    folder: inFolder,
    editing: inTrainingFiles,
    creation: () => inCreation(visit),
    grading: () => inGrading(visit),
    reloads: () => inReloads(visit),
    deploying: () => inDeploying(visit),
    pricing: () => inPricing(visit),
    tree: inTree,
    empty: inEmptyWindow,
    restricted: inRestrictedMode,
  };
  const named = process.argv.slice(2);
  for (const [name, visitThere] of Object.entries(parts)) {
    if ((named.length === 0 || named.includes(name)) && !(await visitThere())) process.exitCode = 1;
  }
}

/** Runs steps in a VS Code of their own; true if all went well. */
function visit(name: string, place: Place, run: (steps: Steps, workbench: Workbench) => Promise<void>): Promise<boolean> {
  return visitPlace(output, name, { ...place, environment: { FAKE_KEY: 'sk-of-a-variable' } }, run);
}

async function inFolder(): Promise<boolean> {
  const folder = await copySample(join(output, 'sample'));
  const fake = await FakeService.start();
  const connections = ['Fake', 'Spare'].map((label) => ({ id: label.toLowerCase(), label, baseURL: fake.baseURL, profile: 'compatible' }));
  try {
    return await visit('folder', { folder, settings: { 'tunesmith.connections': connections } }, async (steps, workbench) => {
      const person = new Person(workbench, folder, fake);
      await steps.run('a training file is validated from the Explorer', () => person.validate());
      await steps.run('a running job is cancelled after a question', () => person.cancel());
      await steps.run('its metrics are exported', () => person.exportCsv());
      await steps.run('diagnostics hold no path and no key', () => person.copyDiagnostics());
      await steps.run('a connection takes its key from the environment', () => person.useVariable());
      await steps.run('the tree says what is wrong with a service', () => person.meetFailures());
      await steps.run('a key is read from a file, and removed', () => person.useKeyFile());
      await steps.run('a lost answer is looked for before anything is created again', () => person.loseAnswer());
      await steps.run('an answer is stopped, asked for again and copied', () => person.stopAnswer());
      await steps.run('a failed answer says so in its place', () => person.failAnswer());
      await steps.run('a connection is removed', () => person.removeConnection());
    });
  } finally {
    await fake.stop();
  }
}

async function inTrainingFiles(): Promise<boolean> {
  const folder = await copySample(join(output, 'training-files'));
  await writeTrainingFiles(folder);
  return visit('editing', { folder }, async (steps, workbench) => {
    const editing = new Editing(workbench, folder);
    await steps.run('a mistake is marked, explained and mended', () => editing.mend());
    await steps.run('a hover tells what an example costs', () => editing.hoverExample());
    await steps.run('the status tells the file in numbers', () => editing.readStatus());
    await steps.run('what has no problem folds away', () => editing.fold());
    await steps.run('a validation file shows what its training file holds', () => editing.compare());
    await steps.run('an example is opened as a conversation, edited and written back', () => editing.openExample());
    await steps.run('bars of the statistics lead to their lines', () => editing.showStatistics());
    await steps.run('row 44, row 45: what stands in a file runs nothing and asks for nothing', () => editing.meetHostileFile());
  });
}

/** A job in every state, and services in every trouble. */
async function inTree(): Promise<boolean> {
  const folder = await copySample(join(output, 'tree'));
  const [lively, expired] = [await FakeService.start(), await FakeService.start()];
  fillWithEverything(lively);
  expired.manner = 'keyRefused';
  const connections = [
    { id: 'acme', label: 'Acme', baseURL: lively.baseURL, profile: 'openai' },
    { id: 'expired', label: 'Expired', baseURL: expired.baseURL, profile: 'compatible' },
    { id: 'away', label: 'Away', baseURL: 'http://127.0.0.1:9/v1', profile: 'compatible' },
  ];
  try {
    return await visit('tree', { folder, settings: { 'tunesmith.connections': connections } }, (steps, workbench) =>
      lookAtTree(steps, workbench, lively, { folder, waitsForStall: process.argv.includes('stalled') }),
    );
  } finally {
    await Promise.all([lively.stop(), expired.stop()]);
  }
}

async function inEmptyWindow(): Promise<boolean> {
  const samples = join(output, 'samples');
  await mkdir(samples);
  return visit('empty', {}, async (steps, workbench) => {
    await steps.run('a job can be begun without a folder', async () => {
      await workbench.openContainer('Tunesmith');
      await workbench.page.locator('.sidebar .monaco-button', { hasText: 'Create Fine-Tuning Job' }).first().click();
      await workbench.waitForQuickInput('1/6');
      await workbench.quickRows().filter({ hasText: 'Browse…' }).waitFor();
      await workbench.page.keyboard.press('Escape');
    });
    await steps.run('the sample project is copied, opened and explained', async () => {
      await workbench.runCommand('Fine-Tuning: Open Sample Project…');
      await workbench.choosePath(`${samples}/`, 'Copy Here');
      await workbench.answerNotification(/was copied/, 'Open');
      await workbench.treeRow('science.recipe.json').waitFor();
      await workbench.tab(/Preview README/).waitFor();
      await workbench.webview('h1');
      await workbench.screenshot('sample-opened');
    });
    await steps.run('its recipe runs', () => runRecipe(workbench));
  });
}

async function inRestrictedMode(): Promise<boolean> {
  const folder = await copySample(join(output, 'untrusted'));
  return visit('restricted', { folder, workspaceTrust: true }, async (steps, workbench) => {
    await steps.run('Restricted Mode runs no recipe and says why', async () => {
      await workbench.openContainer('Tunesmith');
      await workbench.page.locator('.sidebar .monaco-button', { hasText: 'Manage Workspace Trust' }).waitFor();
      await workbench.openFile('science.recipe.json');
      await workbench.codeLens('Run').click();
      await workbench.notification(/not trusted/).waitFor();
      await workbench.screenshot('restricted');
      assert.equal(existsSync(join(folder, 'science.train.jsonl')), false);
    });
  });
}

async function runRecipe(workbench: Workbench): Promise<void> {
  await workbench.openFile('science.recipe.json');
  await workbench.codeLens('Run').click();
  await workbench.notification(/training.* examples/).waitFor();
  await workbench.closeNotifications();
}

class Person {
  readonly #workbench: Workbench;
  readonly #folder: string;
  readonly #fake: FakeService;

  constructor(workbench: Workbench, folder: string, fake: FakeService) {
    this.#workbench = workbench;
    this.#folder = folder;
    this.#fake = fake;
  }

  async validate(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.treeRow('science.recipe.json').waitFor();
    await runRecipe(workbench);
    await workbench.treeRow('science.train.jsonl').click({ button: 'right' });
    await workbench.pickFromMenu('Validate Dataset');
    await workbench.notification(/science\.train\.jsonl: \d+ examples, 0 errors/).waitFor();
    await workbench.closeNotifications();
  }

  async cancel(): Promise<void> {
    const workbench = this.#workbench;
    await this.#createJob('to-cancel');
    await workbench.openContainer('Tunesmith');
    await workbench.setSideBarWidth(400);
    await workbench.setViewTop('Chat', 300);
    await workbench.treeRow(/Running.*step \d+/).first().waitFor({ timeout: 180_000 });
    await workbench.treeAction(workbench.treeRow('to-cancel'), 'Show Metrics');
    const metrics = await workbench.webview('.job-head');
    await metrics.locator('.plot canvas').first().waitFor();
    await workbench.treeAction(workbench.treeRow('to-cancel'), 'Cancel Job');
    await workbench.answerDialog('Cancel Job');
    await workbench.treeRow(/Cancelled/).first().waitFor();
    await metrics.locator('.job-head', { hasText: 'Cancelled' }).waitFor();
    await metrics.locator('.remark', { hasText: 'was cancelled' }).waitFor();
    await workbench.screenshot('cancelled');
  }

  async exportCsv(): Promise<void> {
    const workbench = this.#workbench;
    const metrics = await workbench.webview('.job-head');
    await metrics.getByText('Export CSV…').first().click();
    const target = join(this.#folder, 'exported.csv');
    await workbench.choosePath(target, 'OK');
    await workbench.page.locator('.statusbar-item', { hasText: 'exported.csv' }).waitFor();
    const [header = '', ...rows] = readFileSync(target, 'utf8').trimEnd().split('\n');
    assert.match(header, /^step,/);
    assert.ok(rows.length > 0);
  }

  async copyDiagnostics(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.runCommand('Fine-Tuning: Copy Diagnostics');
    await workbench.notification(/Diagnostics copied/).waitFor();
    const text = await this.#clipboard();
    assert.match(text, /Tunesmith/);
    assert.doesNotMatch(text, /\/(tmp|home|work|root)\/|sk-/);
    await workbench.closeNotifications();
  }

  async useVariable(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.runCommand('Fine-Tuning: Switch Connection…');
    await workbench.pick('Fake');
    await workbench.treeRow('No fine-tuning jobs yet').waitFor();
    await this.#setKey(/Environment Variable/);
    await workbench.waitForQuickInput('2/2');
    await workbench.typeQuickInput('FAKE_KEY');
    await workbench.accept();
    await workbench.notification(/takes the API key/).waitFor();
    await workbench.closeNotifications();
  }

  async meetFailures(): Promise<void> {
    const workbench = this.#workbench;
    const remarks = [
      ['pageNotFound', 'Something else answers at this address', 'Refresh Jobs'],
      ['keyRefused', 'The API key is refused', 'Set API Key'],
      ['overloaded', 'The service did not answer well', 'Refresh Jobs'],
    ] as const;
    for (const [manner, text, action] of remarks) {
      this.#fake.manner = manner;
      await workbench.runCommand('Fine-Tuning: Refresh Jobs');
      const row = workbench.treeRow(text);
      await row.waitFor();
      await row.hover();
      await row.locator(`.action-label[aria-label^="${action}"]`).waitFor();
      await workbench.screenshot(`trouble-${manner}`);
    }
    this.#fake.manner = 'well';
    await workbench.treeAction(workbench.treeRow('The service did not answer well'), 'Refresh Jobs');
    await workbench.treeRow('No fine-tuning jobs yet').waitFor();
  }

  async useKeyFile(): Promise<void> {
    const workbench = this.#workbench;
    await this.#setKey(/Read Once from a File/);
    await workbench.choosePath(keyFile, 'Read Key');
    await workbench.notification(/takes the API key/).waitFor();
    await workbench.closeNotifications();
    await workbench.runCommand('Fine-Tuning: Remove API Key…');
    await workbench.answerDialog('Remove');
    await workbench.page.locator('.monaco-dialog-box').waitFor({ state: 'detached' });
  }

  async loseAnswer(): Promise<void> {
    const workbench = this.#workbench;
    this.#fake.manner = 'losesNewJob';
    await this.#createJob('lost', true);
    await workbench.page.locator('.monaco-dialog-box', { hasText: 'was lost' }).waitFor();
    await workbench.page.screenshot({ path: join(output, 'lost-answer.png') });
    assert.ok(this.#fake.lost);
    this.#fake.jobs.unshift(this.#fake.lost);
    this.#fake.manner = 'well';
    await workbench.answerDialog('Look Again');
    await workbench.treeRow(/lost.*Queued/).waitFor();
    assert.equal(this.#fake.created, 1);
  }

  async stopAnswer(): Promise<void> {
    const workbench = this.#workbench;
    this.#fake.manner = 'answersForEver';
    this.#fake.jobs = this.#fake.jobs.map((job) => ({ ...job, status: 'succeeded', fine_tuned_model: 'ft:base-7b:acme:lost:1' }));
    await workbench.runCommand('Fine-Tuning: Refresh Jobs');
    await workbench.treeRow(/Succeeded/).waitFor();
    await workbench.closeNotifications();
    await workbench.treeAction(workbench.treeRow(/Succeeded/), 'Chat with Tuned Model');
    const chat = await workbench.webview('.composer textarea');
    const input = chat.locator('.composer textarea');
    await workbench.type(input, 'Tell me something');
    await input.press('Enter');
    await chat.locator('article.turn[data-status="streaming"] .markdown', { hasText: 'slow' }).waitFor();
    await workbench.type(input, 'typed meanwhile');
    await chat.locator('.stop').click();
    const turn = chat.locator('article.turn').last();
    await chat.locator('article.turn[data-status="stopped"]').waitFor();
    this.#fake.manner = 'well';
    await turn.locator('[aria-label="Retry"]').first().click();
    await chat.locator('article.turn[data-status="done"]').waitFor();
    assert.equal(await input.inputValue(), 'typed meanwhile');
    await turn.locator('[aria-label="Copy"]').first().click();
    await workbench.until(async () => (await this.#clipboard()).startsWith('A **slow** answer with `code`.'));
    await workbench.screenshot('chat-retried');
  }

  async failAnswer(): Promise<void> {
    const chat = await this.#workbench.webview('.composer textarea');
    const input = chat.locator('.composer textarea');
    this.#fake.manner = 'keyRefused';
    await this.#workbench.type(input, 'And now?');
    await input.press('Enter');
    const failed = chat.locator('article.turn[data-status="failed"]');
    await failed.locator('.remark', { hasText: 'does not accept the API key' }).waitFor();
    await failed.getByText('Set API Key…').waitFor();
    await this.#workbench.inThemes('chat-failed');
    this.#fake.manner = 'well';
  }

  async removeConnection(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.runCommand('Fine-Tuning: Remove Connection…');
    await workbench.answerDialog('Remove Connection');
    await workbench.page.locator('.statusbar-item', { hasText: 'Local' }).waitFor();
    await workbench.treeRow(/to-cancel.*Cancelled/).waitFor();
    const chat = await workbench.webview('.composer textarea');
    await chat.locator('.remark', { hasText: 'was removed' }).first().waitFor();
    await workbench.screenshot('connection-removed');
  }

  /** Through the steps of the quick input; each proposes what is used here first. */
  async #createJob(suffix: string, costs = false): Promise<void> {
    const workbench = this.#workbench;
    await workbench.runCommand('Fine-Tuning: Create Fine-Tuning Job…');
    await workbench.waitForQuickInput('1/6');
    await workbench.pick('science.train.jsonl');
    await workbench.waitForQuickInput('2/6');
    await workbench.pick('science.validation.jsonl');
    await workbench.waitForQuickInput('3/6');
    await workbench.quickRows().first().click();
    await workbench.waitForQuickInput('4/6');
    await workbench.typeQuickInput(suffix);
    await workbench.accept();
    await workbench.waitForQuickInput('5/6');
    await workbench.pick('Continue');
    await workbench.waitForQuickInput('6/6');
    await workbench.pick('Create Job');
    if (costs) await workbench.answerDialog('Create Job');
  }

  async #setKey(source: RegExp): Promise<void> {
    await this.#workbench.runCommand('Fine-Tuning: Set API Key…');
    await this.#workbench.waitForQuickInput(/Where is the API key|Environment Variable/);
    await this.#workbench.pick(source);
  }

  #clipboard(): Promise<string> {
    // The types of the browser are not those of this program.
    return this.#workbench.page.evaluate('navigator.clipboard.readText()');
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
