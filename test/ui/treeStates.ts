import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requestId, type FakeService } from './fakeService.ts';
import { takeKeyFromVariable } from './keys.ts';
import type { Steps } from './steps.ts';
import type { Workbench } from './workbench.ts';

const base = 'gpt-4o-mini-2024-07-18';
const other = 'gpt-4.1-mini-2025-04-14';
const tuned = `ft:${base}:acme:support:A32qtJOo`;
const now = Math.floor(Date.now() / 1_000);
const hour = 3_600;

function job(id: string, status: string, age: number, given: Readonly<Record<string, unknown>> = {}) {
  const created = { id, object: 'fine_tuning.job', status, created_at: now - age, model: base, training_file: 'file-train' };
  return { ...created, organization_id: 'org-acme', seed: 7, result_files: [], ...given };
}

/** The longest that a job may stand still before its row says so, and a look. */
const stallMs = 200_000;

function stepEvent(step: number, total: number, at: number) {
  const loss = Number((0.4 + 2 / step).toFixed(2));
  const data = { step, total_steps: total, train_loss: loss };
  const message = `Step ${step}/${total}: training loss=${loss}`;
  return { id: `ftevent-${step}`, object: 'fine_tuning.job.event', created_at: at, level: 'info', type: 'metrics', message, data };
}

/** Gives the service a job in every state, tuned models that end soon and late, and files. */
export function fillWithEverything(service: FakeService): void {
  const invalid = 'The job failed due to an invalid training file. Invalid file format. ';
  service.jobs = [
    job('ftjob-validating', 'validating_files', 40, { user_provided_suffix: 'fresh' }),
    job('ftjob-queued', 'queued', 2 * hour, { user_provided_suffix: 'patient' }),
    job('ftjob-running', 'running', 900, { user_provided_suffix: 'lively', estimated_finish: now + 1_500 }),
    job('ftjob-stuck', 'running', 2_000, { user_provided_suffix: 'stuck' }),
    job('ftjob-pausing', 'pausing', 3 * hour, { user_provided_suffix: 'slowing' }),
    job('ftjob-paused', 'paused', 4 * hour, { user_provided_suffix: 'resting' }),
    job('ftjob-succeeded', 'succeeded', 26 * hour, { user_provided_suffix: 'support', fine_tuned_model: tuned, finished_at: now - 25 * hour, trained_tokens: 1_512_345 }),
    job('ftjob-line', 'failed', 30 * hour, {
      user_provided_suffix: 'typo',
      error: { code: 'invalid_training_file', param: 'training_file', message: `${invalid}Example 7, message 2 Discriminator 'role' is missing in value` },
    }),
    job('ftjob-server', 'failed', 50 * hour, { model: other, error: { code: 'server_error', param: null, message: 'The job failed due to an internal error' } }),
    job('ftjob-cancelled', 'cancelled', 70 * hour, { model: other, training_file: 'file-other' }),
    job('ftjob-odd', 'hibernating', 90 * hour, { user_provided_suffix: 'curious' }),
  ];
  service.events.set('ftjob-running', Array.from({ length: 60 }, (_, index) => stepEvent(60 - index, 150, now - 10 - 16 * index)));
  service.events.set('ftjob-stuck', Array.from({ length: 24 }, (_, index) => stepEvent(24 - index, 90, now - 30 - 2 * index)));
  const checkpoints = [300, 200, 100].map((step, index) => ({
    id: `ftckpt-${step}`,
    object: 'fine_tuning.job.checkpoint',
    created_at: now - 25 * hour - index * 600,
    fine_tuned_model_checkpoint: index === 0 ? tuned : `${tuned}:ckpt-step-${step}`,
    step_number: step,
    fine_tuning_job_id: 'ftjob-succeeded',
    metrics: { step, train_loss: 0.31 + index * 0.2, full_valid_loss: 0.42 + index * 0.15 },
  }));
  service.checkpoints.set('ftjob-succeeded', checkpoints);
  service.models = [
    { id: base, object: 'model', created: 1, owned_by: 'system' },
    { id: tuned, object: 'model', created: now - 25 * hour, owned_by: 'org-acme', shutdown_date: new Date((now + 47 * 24 * hour) * 1_000).toISOString().slice(0, 10) },
    { id: `ft:${other}:acme::B77kQw21`, object: 'model', created: now - 900 * hour, owned_by: 'org-acme', shutdown_date: '2099-01-01' },
  ];
  service.files = [
    { id: 'file-train', object: 'file', bytes: 8_062_970, created_at: now - 31 * hour, filename: 'science.train.jsonl', purpose: 'fine-tune', status: 'processed' },
    { id: 'file-other', object: 'file', bytes: 51_200, created_at: now - 71 * hour, filename: 'legacy.jsonl', purpose: 'fine-tune', status: 'error', status_details: 'Not JSONL' },
  ];
}

/** The tree in every state it can be in, with a picture of each. */
export async function lookAtTree(
  steps: Steps,
  workbench: Workbench,
  service: FakeService,
  { folder, waitsForStall }: { readonly folder: string; readonly waitsForStall: boolean },
): Promise<void> {
  const rows = (text: string | RegExp) => workbench.treeRow(text);
  const command = (title: string) => workbench.runCommand(`Fine-Tuning: ${title}`);
  const open = async (text: string | RegExp): Promise<void> => {
    await rows(text).first().locator('.monaco-tl-twistie').click();
  };

  await steps.run('a connection is chosen and shows every status in words', async () => {
    await workbench.openContainer('Tunesmith');
    await workbench.setSideBarWidth(560);
    await rows('Acme').first().waitFor();
    await workbench.treeAction(rows('Acme'), 'Use This Connection');
    await takeKeyFromVariable(workbench);
    await workbench.setViewTop('Chat', 800);
    for (const text of ['Validating files', 'Queued · waiting 2 h', /step 60\/150.*min left/, 'Pausing', 'Paused', 'Succeeded', 'Failed', 'Cancelled', 'hibernating']) await rows(text).first().waitFor();
  });
  await steps.run('what a row has inside', async () => {
    await open(/^support/);
    await rows('Checkpoint at step 300').waitFor();
    await open(/^typo/);
    await rows('Message 2 in line 7').waitFor();
    await workbench.screenshot('tree-states-dark');
    await workbench.inThemes('tree-states');
  });
  await steps.run('a service that refuses the key or cannot be reached says so beside the others', async () => {
    // The list draws only what is in sight.
    await open(/^Local/);
    await open(/^Expired/);
    await rows('The API key is refused').waitFor();
    await open(/^Away/);
    await rows('The service cannot be reached').waitFor();
    await workbench.screenshot('tree-troubles');
    await open(/^Away/);
    await open(/^Expired/);
  });
  await steps.run('tuned models and files', async () => {
    await open(/^support/);
    await open(/^typo/);
    await open(/^Tuned Models/);
    await rows(/support:A32qtJOo.*days left/).first().waitFor();
    await open(/^Files/);
    await rows('legacy.jsonl').waitFor();
    await rows('legacy.jsonl').hover();
    await workbench.screenshot('tree-models-files');
    await workbench.setTheme('highContrast');
    await workbench.screenshot('tree-models-files-highContrast');
    await workbench.setTheme('dark');
  });
  await steps.run('a model is deleted after a question', async () => {
    await rows('B77kQw21').click({ button: 'right' });
    await workbench.screenshot('tree-model-menu');
    await workbench.pickFromMenu('Delete Tuned Model…');
    await workbench.page.locator('.monaco-dialog-box').waitFor();
    await workbench.page.screenshot({ path: join(workbench.folder, 'tree-delete-model.png') });
    await workbench.answerDialog('Delete Model');
    await rows('B77kQw21').waitFor({ state: 'detached' });
    await open(/^Files/);
    await open(/^Tuned Models/);
  });
  await steps.run('a job is paused and resumed', async () => {
    await workbench.treeAction(rows('lively'), 'Pause Job');
    await rows(/lively.*Paused/).waitFor();
    await workbench.treeAction(rows('lively'), 'Resume Job');
    await rows(/lively.*Queued/).waitFor();
  });
  await steps.run('jobs are grouped and filtered', async () => {
    await command('Group Jobs…');
    await workbench.pick('By status');
    await rows('Waiting and running').waitFor();
    await workbench.screenshot('tree-grouped');
    await command('Filter Jobs…');
    await workbench.pick('Failed');
    await workbench.screenshot('tree-filter');
    await workbench.page.keyboard.press('Enter');
    await rows('Waiting and running').waitFor({ state: 'detached' });
    await rows('typo').waitFor();
    await workbench.screenshot('tree-filtered');
    await command('Clear Job Filter');
    await command('Group Jobs…');
    await workbench.pick('One list');
    await rows('curious').waitFor();
  });
  await steps.run('a job is found by its name', async () => {
    await command('Find Job…');
    await workbench.typeQuickInput('support');
    await workbench.screenshot('tree-find');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.sidebar .monaco-list-row.selected', { hasText: 'support' }).waitFor();
  });
  await steps.run('the events of a job are a document', async () => {
    await rows('lively').click({ button: 'right' });
    await workbench.screenshot('tree-job-menu');
    await workbench.pickFromMenu('Show Job Events');
    await workbench.editor.locator('.view-line', { hasText: 'Step 60/150' }).waitFor();
    await workbench.screenshot('events');
  });
  await steps.run('the events of a job are followed in the output', async () => {
    await rows('lively').click({ button: 'right' });
    await workbench.pickFromMenu('Follow Job Events in Output');
    await workbench.page.locator('.panel .action-item, .panel select', { hasText: 'Tunesmith Job Events' }).first().waitFor();
    await workbench.screenshot('events-output');
    await workbench.runCommand('View: Hide Panel');
  });
  await steps.run('a failed job names the request that the support of its service looks up', async () => {
    await rows(/^typo/).first().hover();
    await workbench.hover(requestId).waitFor();
    await workbench.capture('tree-failed-tooltip');
    await rows('gpt-4.1-mini').filter({ hasText: 'Failed' }).first().click({ button: 'right' });
    await workbench.pickFromMenu('Copy Details for Support');
    await workbench.page.locator('.statusbar-item', { hasText: 'Copied the details' }).waitFor();
    assert.match(await workbench.page.evaluate<string>('navigator.clipboard.readText()'), new RegExp(`^Request: ${requestId}$`, 'm'));
  });
  const lookAtStall = async (): Promise<void> => {
    await rows(/stuck.*no new step for 3 min/).waitFor({ timeout: stallMs });
    await workbench.inThemes('tree-stalled');
    await rows('stuck').hover();
    await workbench.hover('the service still says that it runs').waitFor();
    await workbench.capture('tree-stalled-tooltip');
  };
  if (waitsForStall) await steps.run('a running job that makes no step says so', lookAtStall);
  await steps.run('jobs are exported as a table', async () => {
    await command('Export Jobs…');
    await workbench.pick('CSV');
    const target = join(folder, 'jobs.csv');
    await workbench.choosePath(target, 'OK');
    await workbench.notification(/11 jobs written/).waitFor();
    const [header = '', ...lines] = readFileSync(target, 'utf8').trimEnd().split('\r\n');
    assert.equal(header, 'Job ID,Created At,Status,Model,Training File,Error Message,Fine-Tuned Model');
    assert.equal(lines.length, 11);
    await workbench.closeNotifications();
  });
  await steps.run('of two thousand jobs the first page is drawn, and more when they are asked for', async () => {
    const ended = (index: number) => job(`ftjob-many${index}`, 'succeeded', 91 * hour + index, { user_provided_suffix: `many-${index}` });
    service.jobs = [job('ftjob-newest', 'succeeded', 1, { user_provided_suffix: 'newest' }), ...Array.from({ length: 2_000 }, (_, index) => ended(index))];
    await command('Refresh Jobs');
    await rows('newest').first().waitFor();
    const drawn = Date.now() - service.listedAt;
    await rows('Load more').first().scrollIntoViewIfNeeded();
    await rows('Load more').first().click();
    await rows(/Jobs.*120\+|Jobs.*100\+/).first().waitFor();
    return `${drawn} ms from the answer to its first row`;
  });
  await steps.run('offline, the rows stay and have an age', async () => {
    await service.stop();
    await command('Refresh Jobs');
    await rows(/Acme.*offline.*as of/).waitFor();
    await rows('newest').first().waitFor();
    await workbench.screenshot('tree-offline');
    await workbench.setTheme('light');
    await workbench.screenshot('tree-offline-light');
  });
}
