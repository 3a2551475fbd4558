import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../host/install.ts';
import { copySample } from '../host/sample.ts';
import { chatLines } from '../support/chatLines.ts';
import { FakeService } from './fakeService.ts';
import { toSummary } from './newJob.ts';
import type { Visit } from './visit.ts';
import type { Workbench } from './workbench.ts';

const paidJob = { training: 'paid.train.jsonl', model: 'base-7b', suffix: 'paid-job' };
const output = join(repository, 'out/behaviours');

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

async function ask(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Fine-Tuning: Switch Connection…');
  await workbench.pick('Paid');
  await workbench.openFile('paid.train.jsonl');
  await workbench.runCommand('Fine-Tuning: May I Train?…');
  await workbench.pick('base-7b');
  await workbench.waitForQuickInput(/Yes.*base-7b/);
  await workbench.quickRows().filter({ hasText: 'per million tokens' }).waitFor();
  await workbench.inThemes('preflight-yes');
  await workbench.page.keyboard.press('Escape');
}

async function create(workbench: Workbench, fake: FakeService): Promise<void> {
  await toSummary(workbench, paidJob);
  await workbench.inThemes('summary');
  await workbench.pick('Create Job');
  const dialog = workbench.page.locator('.monaco-dialog-box');
  await dialog.filter({ hasText: 'This can cost money' }).waitFor();
  assert.match((await dialog.textContent()) ?? '', /Price: .*\$.*Training file: .*Base model: base-7b/s);
  await workbench.inThemes('summary-modal');
  assert.equal(fake.created, 0);
  await workbench.answerDialog('Create Job');
  await workbench.openContainer('Tunesmith');
  await workbench.treeRow(/paid-job/).waitFor();
  assert.equal(fake.created, 1);
}

async function refuse(workbench: Workbench): Promise<void> {
  workbench.changeSettings({ 'tunesmith.cost.maxPerJob': 0.001 });
  await toSummary(workbench, paidJob);
  await workbench.quickRows().filter({ hasText: 'Above your limit' }).waitFor();
  await workbench.inThemes('preflight-no');
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
