import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as answers from '../fixtures/providers/together.ts';
import { repository } from '../host/install.ts';
import { copySample } from '../host/sample.ts';
import { chatLines } from '../support/chatLines.ts';
import { listenAt } from '../support/fakeRoutes.ts';
import { json, type Loopback } from '../unit/api/loopback.ts';
import { switchWithKey } from './keys.ts';
import { toSummary } from './newJob.ts';
import type { Visit } from './visit.ts';
import type { Workbench } from './workbench.ts';

const tunedJob = { training: 'paid.train.jsonl', model: 'org/base-8b', suffix: 'tunes' };
const output = join(repository, 'out/behaviours');
/** What the service says that a job costs, once it has the file. */
type Told = { price: number; allowed: boolean };

/** A service that names its own price, which is above what was estimated here. */
export async function inPricing(visit: Visit): Promise<boolean> {
  const folder = await copySample(join(output, 'pricing'));
  writeFileSync(join(folder, 'paid.train.jsonl'), `${chatLines(60).join('\n')}\n`);
  const told: Told = { price: 3.2, allowed: true };
  await using place = await listenAt({ 'PUT /bucket/*': (response) => void response.writeHead(200).end() });
  const address = `${place.baseURL.replace('/v1', '')}/bucket/one`;
  const made: unknown[] = [];
  await using together = await listenAt({
    'GET /v1/models': json(200, answers.models),
    'GET /v1/files': json(200, { data: [] }),
    'POST /v1/files': (response) => void response.writeHead(302, { location: address, 'x-together-file-id': 'file-train' }).end(),
    'GET /v1/files/*': json(200, answers.file),
    'GET /v1/fine-tunes': (...given) => json(200, { data: made })(...given),
    'POST /v1/fine-tunes/estimate-price': (...given) => json(200, { estimated_total_price: told.price, allowed_to_proceed: told.allowed })(...given),
    'POST /v1/fine-tunes': (...given) => {
      made.unshift({ ...answers.job, created_at: new Date().toISOString(), status: 'queued', total_price: told.price });
      return json(200, made[0])(...given);
    },
    'GET /v1/fine-tunes/*': (...given) => json(200, made[0])(...given),
    'GET /v1/fine-tunes/*/events': json(200, { data: [] }),
    'GET /v1/fine-tunes/*/checkpoints': json(200, { data: [] }),
  });
  const settings = {
    'tunesmith.connections': [{ id: 'tog', label: 'Tog', baseURL: together.baseURL, profile: 'together' }],
    'tunesmith.providers': { together: { asOf: '2026-11-28', models: { 'org/base-8b': { price: { training: 0.5 } } } } },
  };
  return await visit('pricing', { folder, settings }, async (steps, workbench) => {
    const buyer = new Buyer(workbench, together, told);
    await steps.run('the summary says that the service has the last word on the price', () => buyer.readSummary());
    await steps.run('a price above the estimate is a question of its own, and no is no', () => buyer.refuse());
    await steps.run('a price above a limit is refused, and so is one that the account does not cover', () => buyer.meetLimits());
    await steps.run('a price that was agreed to is what the ledger holds', () => buyer.agree());
  });
}

class Buyer {
  readonly #workbench: Workbench;
  readonly #together: Loopback;
  readonly #told: Told;

  constructor(workbench: Workbench, together: Loopback, told: Told) {
    this.#workbench = workbench;
    this.#together = together;
    this.#told = told;
  }

  async readSummary(): Promise<void> {
    await switchWithKey(this.#workbench, 'Tog');
    await toSummary(this.#workbench, tunedJob);
    await this.#workbench.quickRows().filter({ hasText: 'The service names its own price' }).waitFor();
    await this.#workbench.inThemes('own-price-summary');
    await this.#workbench.page.keyboard.press('Escape');
  }

  async refuse(): Promise<void> {
    const workbench = this.#workbench;
    await this.#create();
    await workbench.page.locator('.monaco-dialog-box', { hasText: /The service wants \$3\.20 for this job\./ }).waitFor();
    await this.#workbench.inThemes('own-price');
    await workbench.answerDialog('Cancel');
    await workbench.page.locator('.monaco-dialog-box').waitFor({ state: 'detached' });
    await workbench.page.locator('.notification-toast', { hasText: 'Creating' }).waitFor({ state: 'detached' });
    assert.equal(this.#jobsAskedFor, 0);
    await workbench.runCommand('Fine-Tuning: Show Spending');
    await workbench.page.locator('.view-line', { hasText: 'Nothing.' }).waitFor();
  }

  async meetLimits(): Promise<void> {
    const workbench = this.#workbench;
    workbench.changeSettings({ 'tunesmith.cost.maxPerJob': 3 });
    await this.#create();
    await workbench.notification(/The job may cost \$3\.20, and your limit for one job is \$3\.00/).waitFor();
    await workbench.screenshot('own-price-limit');
    await workbench.closeNotifications();
    workbench.changeSettings({ 'tunesmith.cost.maxPerJob': null });
    this.#told.allowed = false;
    await this.#create();
    await workbench.notification(/the account does not cover it/).waitFor();
    await workbench.screenshot('own-price-uncovered');
    await workbench.closeNotifications();
    this.#told.allowed = true;
    assert.equal(this.#jobsAskedFor, 0);
  }

  async agree(): Promise<void> {
    const workbench = this.#workbench;
    await this.#create();
    await workbench.page.locator('.monaco-dialog-box', { hasText: 'The service wants' }).waitFor();
    await workbench.answerDialog('Create Job');
    // The new job is shown by itself.
    await workbench.treeRow(/tunes.*Queued/).waitFor();
    assert.equal(this.#jobsAskedFor, 1);
    await workbench.runCommand('Fine-Tuning: Show Spending');
    await workbench.page.locator('.view-line', { hasText: /ft-11111111-2222.*\$3\.20/ }).waitFor();
    await workbench.screenshot('own-price-spending');
  }

  get #jobsAskedFor(): number {
    return this.#together.seen.filter(({ method, path }) => method === 'POST' && path === '/v1/fine-tunes').length;
  }

  async #create(): Promise<void> {
    await toSummary(this.#workbench, tunedJob);
    await this.#workbench.pick('Create Job');
    await this.#workbench.answerDialog('Create Job');
  }
}
