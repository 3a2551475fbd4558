import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../host/install.ts';
import { copySample } from '../host/sample.ts';
import { chatLines } from '../support/chatLines.ts';
import { FakeService } from './fakeService.ts';
import type { Steps } from './steps.ts';
import type { Place } from './visit.ts';
import type { Workbench } from './workbench.ts';

type Visit = (name: string, place: Place, run: (steps: Steps, workbench: Workbench) => Promise<void>) => Promise<boolean>;

const output = join(repository, 'out/behaviours');
const every = ['light', 'highContrast', 'dark'] as const;

/** What a person sees before money is spent: the verdict, the summary, the one question, the limit, the job file. */
export async function inCreation(visit: Visit): Promise<boolean> {
  const folder = await copySample(join(output, 'creation'));
  writeFileSync(join(folder, 'paid.train.jsonl'), `${chatLines(60).join('\n')}\n`);
  writeFileSync(
    join(folder, 'paid.finetune.json'),
    `${JSON.stringify({ version: 1, connection: 'paid', model: 'base-7b', training: 'paid.train.jsonl', suffix: 'reviewed', maxCost: 2 }, null, 2)}\n`,
  );
  const fake = await FakeService.start();
  const settings = {
    'tunesmith.connections': [{ id: 'paid', label: 'Paid', baseURL: fake.baseURL, profile: 'compatible' }],
    'tunesmith.providers': { compatible: { asOf: '2026-11-28', models: { 'base-7b': { price: { training: 8 } } } } },
    'tunesmith.cost.maxPerMonth': 20,
  };
  try {
    return await visit('creation', { folder, settings }, async (steps, workbench) => {
      await steps.run('May I train? says yes, at what price', () => ask(workbench));
      await steps.run('the summary leads to one question, and to a job', () => create(workbench, fake));
      await steps.run('a lost month: above the limit it says no', () => refuse(workbench));
      await steps.run('a job file is checked, estimated and run', () => runFile(workbench, folder, fake));
      await steps.run('spending shows estimate and bill', () => showSpending(workbench, fake));
    });
  } finally {
    await fake.stop();
  }
}

async function inThemes(workbench: Workbench, name: string): Promise<void> {
  for (const theme of every) {
    await workbench.setTheme(theme);
    await workbench.screenshot(`${name}-${theme}`);
  }
}

async function ask(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Fine-Tuning: Switch Connection…');
  await workbench.pick('Paid');
  await workbench.openFile('paid.train.jsonl');
  await workbench.runCommand('Fine-Tuning: May I Train?…');
  await workbench.pick('base-7b');
  await workbench.waitForQuickInput(/Yes.*base-7b/);
  await workbench.quickRows().filter({ hasText: 'per million tokens' }).waitFor();
  await inThemes(workbench, 'preflight-yes');
  await workbench.page.keyboard.press('Escape');
}

async function toSummary(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Fine-Tuning: Create Fine-Tuning Job…');
  await workbench.waitForQuickInput('1/6');
  await workbench.pick('paid.train.jsonl');
  await workbench.waitForQuickInput('2/6');
  await workbench.pick('None');
  await workbench.waitForQuickInput('3/6');
  await workbench.pick('base-7b');
  await workbench.waitForQuickInput('4/6');
  await workbench.typeQuickInput('paid-job');
  await workbench.accept();
  await workbench.waitForQuickInput('5/6');
  await workbench.pick('Continue');
  await workbench.waitForQuickInput('6/6');
}

async function create(workbench: Workbench, fake: FakeService): Promise<void> {
  await toSummary(workbench);
  await inThemes(workbench, 'summary');
  await workbench.pick('Create Job');
  const dialog = workbench.page.locator('.monaco-dialog-box');
  await dialog.filter({ hasText: 'This can cost money' }).waitFor();
  assert.match((await dialog.textContent()) ?? '', /Price: .*\$.*Training file: .*Base model: base-7b/s);
  await inThemes(workbench, 'summary-modal');
  assert.equal(fake.created, 0);
  await workbench.answerDialog('Create Job');
  await workbench.openContainer('Tunesmith');
  await workbench.treeRow(/paid-job/).waitFor();
  assert.equal(fake.created, 1);
}

async function refuse(workbench: Workbench): Promise<void> {
  workbench.changeSettings({ 'tunesmith.cost.maxPerJob': 0.001 });
  await toSummary(workbench);
  await workbench.quickRows().filter({ hasText: 'Above your limit' }).waitFor();
  await inThemes(workbench, 'preflight-no');
  await workbench.page.keyboard.press('Escape');
  workbench.changeSettings({ 'tunesmith.cost.maxPerJob': null });
}

async function runFile(workbench: Workbench, folder: string, fake: FakeService): Promise<void> {
  await workbench.openFile('paid.finetune.json');
  await workbench.codeLens('Estimate').click();
  await workbench.quickRows().filter({ hasText: 'per million tokens' }).waitFor();
  await workbench.screenshot('job-file');
  await workbench.page.keyboard.press('Escape');
  await workbench.codeLens('Run').click();
  await workbench.answerDialog('Create Job');
  const lock = join(folder, 'paid.finetune.lock.json');
  for (let tries = 0; !existsSync(lock) && tries < 100; tries += 1) await workbench.page.waitForTimeout(100);
  assert.match(readFileSync(lock, 'utf8'), /"job": "ftjob-fake2"/);
  assert.equal(fake.created, 2);
  await workbench.codeLens('Run').click();
  await workbench.page.locator('.monaco-dialog-box', { hasText: 'nothing has changed since' }).waitFor();
  await workbench.screenshot('job-file-again');
  await workbench.page.keyboard.press('Escape');
  assert.equal(fake.created, 2);
}

async function showSpending(workbench: Workbench, fake: FakeService): Promise<void> {
  fake.jobs = fake.jobs.map((job) => ({ ...job, status: 'succeeded', trained_tokens: 5_000, finished_at: Math.floor(Date.now() / 1000) }));
  await workbench.runCommand('Fine-Tuning: Refresh Jobs');
  await workbench.treeRow(/paid-job.*Succeeded/).waitFor();
  await workbench.closeNotifications();
  await workbench.runCommand('Fine-Tuning: Show Spending');
  await workbench.page.locator('.view-line', { hasText: '$0.04' }).first().waitFor();
  await workbench.screenshot('spending');
}
