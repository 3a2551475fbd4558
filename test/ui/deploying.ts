import assert from 'node:assert/strict';
import { join } from 'node:path';
import { repository } from '../host/install.ts';
import { copySample } from '../host/sample.ts';
import { FakeService } from './fakeService.ts';
import { switchWithKey } from './keys.ts';
import type { Visit } from './visit.ts';
import type { Workbench } from './workbench.ts';

const output = join(repository, 'out/behaviours');
const hourAgo = Math.floor(Date.now() / 1_000) - 3_600;
const tuned = 'gpt-4.1-mini-2025-04-14.ft-0a1b2c-support';

function job(id: string, model: string, result: string | null): { readonly id: string } {
  const ended = { status: 'succeeded', fine_tuned_model: result, finished_at: hourAgo + 900, trained_tokens: 21_000 };
  return { ...{ id, object: 'fine_tuning.job', created_at: hourAgo, model, training_file: 'file-1', user_provided_suffix: 'support' }, ...ended };
}

/** How a tuned model comes to answer where that takes a step of its own: here on Nebius, elsewhere on Azure. */
export async function inDeploying(visit: Visit): Promise<boolean> {
  const folder = await copySample(join(output, 'deploying'));
  const [nebius, azure] = [await FakeService.start(), await FakeService.start()];
  const base = 'meta-llama/Llama-3.1-8B-Instruct';
  nebius.jobs = [job('ftjob-neb', base, null)];
  nebius.models = [{ id: base, object: 'model' }];
  nebius.checkpoints.set('ftjob-neb', [
    { id: 'ftckpt-2', object: 'fine_tuning.job.checkpoint', created_at: hourAgo + 900, fine_tuned_model_checkpoint: 'ftjob-neb:ftckpt-2', step_number: 50, fine_tuning_job_id: 'ftjob-neb', metrics: { step: 50, train_loss: 1.1 } },
  ]);
  azure.jobs = [job('ftjob-az', 'gpt-4.1-mini-2025-04-14', tuned)];
  const settings = {
    'tunesmith.connections': [
      { id: 'neb', label: 'Neb', baseURL: nebius.baseURL, profile: 'nebius' },
      { id: 'az', label: 'Az', baseURL: azure.baseURL, profile: 'azure' },
    ],
  };
  try {
    return await visit('deploying', { folder, settings }, async (steps, workbench) => {
      const deployer = new Deployer(workbench, nebius);
      await steps.run('the chat says that nothing is deployed, and where that is done', () => deployer.offer());
      await steps.run('a job is deployed, and its row leads to a chat', () => deployer.deploy());
      await steps.run('a checkpoint that cannot be deployed says why', () => deployer.fail());
      await steps.run('waiting for a deployment can be left', () => deployer.leave());
      await steps.run('Azure is explained, and its command copied', () => deployer.explain());
    });
  } finally {
    await Promise.all([nebius.stop(), azure.stop()]);
  }
}

class Deployer {
  readonly #workbench: Workbench;
  readonly #nebius: FakeService;

  constructor(workbench: Workbench, nebius: FakeService) {
    this.#workbench = workbench;
    this.#nebius = nebius;
  }

  async offer(): Promise<void> {
    const workbench = this.#workbench;
    await this.#open('Neb');
    await workbench.treeRow('support').first().waitFor();
    await workbench.runCommand('Fine-Tuning: Select Chat Model…');
    await workbench.quickRows().filter({ hasText: 'must be deployed before it answers' }).waitFor();
    await workbench.quickRows().filter({ hasText: 'Name the Deployment of' }).waitFor();
    await this.#workbench.inThemes('deploy-offered');
    await workbench.pick('Deploy support…');
    await workbench.waitForQuickInput('Name of the deployment');
    await workbench.page.keyboard.press('Escape');
    await workbench.runCommand('Fine-Tuning: Chat with Tuned Model');
    const chat = await workbench.webview('h2');
    await chat.locator('h2', { hasText: 'No tuned model is deployed' }).waitFor();
    await workbench.screenshot('none-deployed');
  }

  async deploy(): Promise<void> {
    const workbench = this.#workbench;
    const { deployments } = this.#nebius;
    await workbench.openContainer('Tunesmith');
    await workbench.treeRow('support').first().click({ button: 'right' });
    await workbench.screenshot('deploy-menu');
    await workbench.pickFromMenu('Deploy Tuned Model…');
    await workbench.waitForQuickInput('Name of the deployment');
    await workbench.typeQuickInput('my support');
    await workbench.waitForQuickInput(/at most 63 of them/);
    await workbench.typeQuickInput('support');
    await this.#workbench.inThemes('deploy-name');
    await workbench.accept();
    await workbench.notification(/Deploying support on Neb.*validating/).waitFor();
    await workbench.screenshot('deploy-waiting');
    await workbench.notification(/support is deployed and answers as support-AbCd/).waitFor();
    await workbench.screenshot('deployed');
    const [asked] = deployments.asked;
    // It serves the base model under another name than it trains it.
    assert.deepEqual([asked?.['name'], asked?.['base_model'], asked?.['source']], ['support', 'meta-llama/Meta-Llama-3.1-8B-Instruct', 'ftjob-neb']);
    await workbench.answerNotification(/is deployed/, 'Chat');
    const chat = await workbench.webview('.composer textarea');
    const input = chat.locator('.composer textarea');
    await workbench.type(input, 'Who are you?');
    await input.press('Enter');
    await chat.locator('article.turn[data-status="done"]').waitFor();
    assert.equal(this.#nebius.chats.at(-1)?.['model'], 'support-AbCd');
    await workbench.treeRow('support').first().locator('.monaco-tl-twistie').click();
    await workbench.treeRow(/support-AbCd.*deployed, answers under this name/).waitFor();
    await this.#workbench.inThemes('deployed-chat');
  }

  async fail(): Promise<void> {
    const workbench = this.#workbench;
    this.#nebius.deployments.state = { status: 'error', status_reason: 'The adapter has rank 128, and at most 64 is served' };
    await workbench.treeRow('Checkpoint at step 50').click({ button: 'right' });
    await workbench.pickFromMenu('Deploy Tuned Model…');
    await workbench.waitForQuickInput('Name of the deployment');
    await workbench.accept();
    await workbench.notification(/was not deployed: The adapter has rank 128/).waitFor();
    await workbench.screenshot('deploy-failed');
    assert.equal(this.#nebius.deployments.asked.at(-1)?.['source'], 'ftjob-neb:ftckpt-2');
    await workbench.answerNotification(/was not deployed/, 'Try Again…');
    await workbench.waitForQuickInput('Name of the deployment');
    await workbench.page.keyboard.press('Escape');
  }

  async leave(): Promise<void> {
    const workbench = this.#workbench;
    this.#nebius.deployments.state = { status: 'loading' };
    await workbench.treeRow('Checkpoint at step 50').click({ button: 'right' });
    await workbench.pickFromMenu('Deploy Tuned Model…');
    await workbench.waitForQuickInput('Name of the deployment');
    await workbench.accept();
    await workbench.notification(/Deploying .* on Neb.*loading/).waitFor();
    await workbench.answerNotification(/Deploying .* on Neb/, 'Cancel');
    await workbench.page.locator('.notification-toast', { hasText: 'Deploying' }).waitFor({ state: 'detached' });
    await workbench.notification(/goes on at the service/).waitFor();
    await workbench.screenshot('deploy-left');
    await workbench.answerNotification(/goes on at the service/, 'Copy Name');
    await workbench.until(async () => (await this.#clipboard()) === 'support-AbCd');
  }

  async explain(): Promise<void> {
    const workbench = this.#workbench;
    await this.#open('Az');
    await workbench.treeRow(/support.*Succeeded.*gpt-4\.1-mini/).click({ button: 'right' });
    await workbench.pickFromMenu('Deploy Tuned Model…');
    const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'must be deployed on Az before it can be asked' });
    await dialog.waitFor();
    await this.#workbench.inThemes('deploy-azure');
    await workbench.answerDialog('Copy Command');
    await workbench.until(async () => (await this.#clipboard()).startsWith('az cognitiveservices account deployment create'));
    assert.match(await this.#clipboard(), new RegExp(`--name <resource> .*--model-name ${tuned}`));
    await workbench.page.locator('.statusbar-item', { hasText: 'Fill in the group and the resource' }).waitFor();
  }

  #clipboard(): Promise<string> {
    return this.#workbench.page.evaluate('navigator.clipboard.readText()');
  }

  async #open(label: string): Promise<void> {
    const workbench = this.#workbench;
    await switchWithKey(workbench, label);
    await workbench.openContainer('Tunesmith');
    await workbench.setSideBarWidth(420);
    await workbench.treeRow(/support.*Succeeded/).first().waitFor();
  }
}
