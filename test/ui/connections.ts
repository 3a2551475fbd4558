import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from '../host/install.ts';
import { copySample } from '../host/sample.ts';
import { json, Loopback, raw } from '../unit/api/loopback.ts';
import { FakeService } from './fakeService.ts';
import { visit } from './visit.ts';
import type { Workbench } from './workbench.ts';

/** What a person does to reach a service, in a real VS Code. Screenshots are left in out/connections/. */
const output = join(repository, 'out/connections');

async function main(): Promise<void> {
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  const folder = await copySample(join(output, 'sample'));
  const fake = await FakeService.start();
  const hotel = await Loopback.listen(raw(200, '<!DOCTYPE html><html>Welcome</html>', { 'content-type': 'text/html' }));
  // A gateway with chat alone: models, and no fine-tuning.
  const gateway = await Loopback.listen((response, seen) => {
    const found = seen.path.endsWith('/models');
    const body = found ? { data: [{ id: 'base-7b' }] } : { error: { message: 'Not Found', type: 'invalid_request_error', param: null, code: null } };
    return json(found ? 200 : 404, body)(response, seen);
  });
  try {
    const good = await visit(output, 'connections', { folder }, async (steps, workbench) => {
      await workbench.treeRow('science.recipe.json').waitFor();
      await steps.run('services are offered by name', () => offerServices(workbench));
      await steps.run('Azure is added by resource and project', () => addAzure(workbench));
      await steps.run('a service is added and says what it allows', () => addCompatible(workbench, fake.baseURL));
      await steps.run('a gateway without fine-tuning says so', () => addGateway(workbench, gateway.baseURL));
      await steps.run('the sign-in of a network is told from a service', () => meetHotel(workbench, hotel.baseURL));
      await steps.run('a wrong setting is told, a right one counts', () => correctProviders(workbench));
      await steps.run('a connection is tested again and removed', () => testAndRemove(workbench, fake));
    });
    if (!good) process.exitCode = 1;
  } finally {
    await Promise.all([fake.stop(), hotel[Symbol.asyncDispose](), gateway[Symbol.asyncDispose]()]);
  }
}

async function offerServices(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Fine-Tuning: Add Connection…');
  await workbench.quickRows().filter({ hasText: 'Nebius Token Factory' }).waitFor();
  await workbench.inThemes('services');
}

/** The key is typed, but nothing of Azure can be reached from a test: the flow ends with a question. */
async function addAzure(workbench: Workbench): Promise<void> {
  await workbench.pick(/Azure OpenAI/);
  await workbench.waitForQuickInput('(2/5)');
  await workbench.typeQuickInput('my resource');
  await workbench.accept();
  await workbench.waitForQuickInput(/letters, digits and hyphens/);
  await workbench.typeQuickInput('my-resource');
  await workbench.accept();
  await workbench.waitForQuickInput(/Foundry project/);
  await workbench.typeQuickInput('team');
  await workbench.screenshot('azure-project');
  await workbench.accept();
  await workbench.waitForQuickInput(/connection is called/);
  await workbench.accept();
  await workbench.waitForQuickInput('Environment Variable…');
  await workbench.screenshot('key-source');
  await workbench.page.keyboard.press('Escape');
}

async function addByAddress(workbench: Workbench, baseURL: string, label: string): Promise<void> {
  await workbench.runCommand('Fine-Tuning: Add Connection…');
  await workbench.waitForQuickInput('(1/5)');
  await workbench.pick(/Another OpenAI-Compatible/);
  // The next step has a title of its own; before it is there, keys go to this one.
  await workbench.waitForQuickInput('(2/5)');
  await workbench.typeQuickInput(baseURL);
  await workbench.accept();
  await workbench.waitForQuickInput(/connection is called/);
  await workbench.typeQuickInput(label);
  await workbench.accept();
  await workbench.waitForQuickInput('Environment Variable…');
  await workbench.pick('No API Key');
}

async function addCompatible(workbench: Workbench, baseURL: string): Promise<void> {
  await addByAddress(workbench, baseURL, 'Team Server');
  await workbench.notification(/Team Server is the connection now\. Jobs can be listed, and it offers 1 model/).waitFor();
  await workbench.screenshot('added');
  await workbench.answerNotification(/Team Server is the connection now/, 'Details');
  await workbench.quickRows().filter({ hasText: 'List jobs' }).waitFor();
  await workbench.inThemes('allowed');
  await workbench.page.keyboard.press('Escape');
}

async function addGateway(workbench: Workbench, baseURL: string): Promise<void> {
  await addByAddress(workbench, baseURL, 'Gateway');
  await workbench.answerNotification(/Gateway is the connection now\. It does not list fine-tuning jobs/, 'Details');
  await workbench.quickRows().filter({ hasText: 'List models' }).waitFor();
  await workbench.inThemes('partly');
  await workbench.pick('List jobs');
  await workbench.page.locator('.monaco-dialog-box', { hasText: 'There is no such list at this address' }).waitFor();
  await workbench.screenshot('partly-read');
  await workbench.answerDialog('Cancel');
}

async function meetHotel(workbench: Workbench, baseURL: string): Promise<void> {
  await addByAddress(workbench, baseURL, 'Hotel');
  const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'A web page answered in place of the service' });
  await dialog.waitFor();
  await workbench.inThemes('web-page');
  await workbench.answerDialog('Edit');
  await workbench.waitForQuickInput('Environment Variable…');
  await workbench.page.keyboard.press('Escape');
}

async function correctProviders(workbench: Workbench): Promise<void> {
  workbench.changeSettings({ 'tunesmith.providers': { openai: { minExamples: 20 } } });
  await workbench.notification(/«openai\.minExamples» needs a date/).waitFor();
  await workbench.screenshot('wrong-setting');
  await workbench.closeNotifications();
  workbench.changeSettings({ 'tunesmith.providers': {} });
}

async function testAndRemove(workbench: Workbench, fake: FakeService): Promise<void> {
  await workbench.runCommand('Fine-Tuning: Switch Connection…');
  await workbench.pick('Team Server');
  fake.manner = 'keyRefused';
  await workbench.runCommand('Fine-Tuning: Test Connection');
  await workbench.quickRows().filter({ hasText: 'does not accept the API key' }).first().waitFor();
  await workbench.screenshot('key-refused');
  await workbench.pick('List jobs');
  await workbench.page.locator('.monaco-dialog-box', { hasText: 'Run «Set API Key…»' }).waitFor();
  await workbench.screenshot('key-refused-read');
  await workbench.answerDialog('Set API Key…');
  await workbench.waitForQuickInput('Environment Variable…');
  await workbench.page.keyboard.press('Escape');
  fake.manner = 'well';
  await workbench.runCommand('Fine-Tuning: Remove Connection…');
  await workbench.answerDialog('Remove Connection');
  await workbench.page.locator('.statusbar-item', { hasText: 'Local' }).waitFor();
  await workbench.runCommand('Fine-Tuning: Switch Connection…');
  await workbench.quickRows().filter({ hasText: 'Gateway' }).waitFor();
  assert.equal(await workbench.quickRows().filter({ hasText: 'Team Server' }).count(), 0);
  await workbench.screenshot('removed');
  await workbench.page.keyboard.press('Escape');
}

await main();
