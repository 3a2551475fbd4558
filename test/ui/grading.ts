import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../host/install.ts';
import { copySample } from '../host/sample.ts';
import { FakeService } from './fakeService.ts';
import type { Visit } from './visit.ts';
import type { Workbench } from './workbench.ts';

type Written = Readonly<Record<string, unknown>>;

const output = join(repository, 'out/behaviours');

const grader = { type: 'string_check', name: 'exact', input: '{{sample.output_text}}', reference: '{{item.answer}}', operation: 'eq' };

function lines(from: number, count: number): string {
  const example = (index: number): unknown => ({ messages: [{ role: 'user', content: `What is ${index} times ${index}?` }], answer: String(index * index) });
  return `${Array.from({ length: count }, (_, index) => JSON.stringify(example(from + index))).join('\n')}\n`;
}

/** A reinforcement job, from its grader to a job file that is kept and run. */
export async function inGrading(visit: Visit): Promise<boolean> {
  const folder = await copySample(join(output, 'grading'));
  writeFileSync(join(folder, 'squares.train.jsonl'), lines(1, 40));
  writeFileSync(join(folder, 'squares.validation.jsonl'), lines(1_001, 12));
  writeFileSync(join(folder, 'exact.grader.json'), JSON.stringify({ ...grader, reference: '{{itm.answer}}' }, null, 2));
  const fake = await FakeService.start();
  const settings = { 'tunesmith.connections': [{ id: 'judge', label: 'Judge', baseURL: fake.baseURL, profile: 'compatible' }] };
  try {
    return await visit('grading', { folder, settings }, async (steps, workbench) => {
      const grading = new Grading(workbench, fake, folder);
      await steps.run('a reinforcement file leads to the step of the grader', () => grading.reachGrader());
      await steps.run('a wrong grader says what is wrong, and is mended with the step still there', () => grading.mendGrader());
      await steps.run('a first grader is written in an editor and taken from there', () => grading.writeGrader());
      await steps.run('the summary is saved as a job file', () => grading.saveFile());
      await steps.run('the job file is validated, estimated and run', () => grading.runFile());
      await steps.run('a job that is created again is saved as a job file', () => grading.saveAgain());
    });
  } finally {
    await fake.stop();
  }
}

class Grading {
  readonly #workbench: Workbench;
  readonly #fake: FakeService;
  readonly #folder: string;

  constructor(workbench: Workbench, fake: FakeService, folder: string) {
    this.#workbench = workbench;
    this.#fake = fake;
    this.#folder = folder;
  }

  async reachGrader(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.runCommand('Fine-Tuning: Switch Connection…');
    await workbench.pick('Judge');
    await workbench.runCommand('Fine-Tuning: Create Fine-Tuning Job…');
    await workbench.waitForQuickInput('1/6');
    await workbench.pick('squares.train.jsonl');
    await workbench.waitForQuickInput('2/7');
    await workbench.pick('squares.validation.jsonl');
    await workbench.waitForQuickInput('3/7');
    await workbench.pick('base-7b');
    await workbench.waitForQuickInput('4/7');
    await workbench.typeQuickInput('squares');
    await workbench.accept();
    await workbench.waitForQuickInput('5/7');
    await workbench.quickRows().filter({ hasText: 'Reasoning effort' }).waitFor();
    await this.#workbench.inThemes('reinforcement-settings');
    await workbench.pick('Continue');
    await workbench.waitForQuickInput('6/7');
    await this.#workbench.inThemes('grader-step');
  }

  async mendGrader(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.pick('exact.grader.json');
    await workbench.notification(/exact\.grader\.json is no grader yet: A placeholder begins with "item"/).waitFor();
    await workbench.waitForQuickInput('6/7');
    await this.#workbench.inThemes('grader-wrong');
    await workbench.answerNotification(/is no grader yet/, 'Open the Place');
    await workbench.tab('exact.grader.json').waitFor();
    await workbench.waitForQuickInput('6/7');
    // The placeholder is selected, and typing takes its place.
    await workbench.editor.locator('.view-line', { hasText: 'itm.answer' }).waitFor();
    await workbench.screenshot('grader-place');
    await workbench.editor.locator('.native-edit-context, textarea').first().focus();
    await workbench.page.keyboard.type('{{item.answer}}');
    await workbench.editor.locator('.view-line', { hasText: 'item.answer' }).waitFor();
    await workbench.pick('exact.grader.json');
    await workbench.waitForQuickInput('7/7');
    await workbench.quickRows().filter({ hasText: 'exact · string_check' }).waitFor();
    await this.#workbench.inThemes('reinforcement-summary');
  }

  async writeGrader(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.pick('Grader');
    await workbench.waitForQuickInput('6/7');
    await workbench.quickRows().filter({ hasText: 'as before' }).waitFor();
    await workbench.pick('Write One…');
    await workbench.tab(/Untitled/).waitFor();
    await workbench.quickRows().filter({ hasText: 'as it stands in the editor' }).waitFor();
    await workbench.screenshot('grader-written');
    await workbench.pick(/as it stands in the editor/);
    await workbench.waitForQuickInput('7/7');
    await workbench.quickRows().filter({ hasText: 'correct · string_check' }).waitFor();
  }

  async saveFile(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.pick('Save as Job File…');
    await workbench.waitForQuickInput('Save as Job File');
    const path = workbench.quickInput.locator('input[type="text"]').first();
    await workbench.until(async () => (await path.inputValue()).endsWith('/squares.finetune.json'));
    await workbench.screenshot('job-file-dialog');
    await workbench.choosePath(join(this.#folder, 'squares.finetune.json'), 'OK');
    await workbench.tab('squares.finetune.json').waitFor();
    const written = this.#read('squares.finetune.json');
    assert.deepEqual([written['training'], written['validation'], written['suffix']], ['squares.train.jsonl', 'squares.validation.jsonl', 'squares']);
    assert.equal(written['connection'], 'judge');
    assert.equal((written['grader'] as Written)['name'], 'correct');
    await workbench.codeLens('Run').waitFor();
    await this.#workbench.inThemes('job-file-saved');
    assert.equal(this.#fake.created, 0);
  }

  async runFile(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.codeLens('Validate').click();
    await workbench.notification(/The job file is complete/).waitFor();
    await workbench.screenshot('job-file-validated');
    await workbench.closeNotifications();
    await workbench.codeLens('Estimate').click();
    await workbench.quickRows().filter({ hasText: 'Price unknown' }).first().waitFor();
    await workbench.screenshot('job-file-estimated');
    await workbench.page.keyboard.press('Escape');
    await workbench.codeLens('Run').click();
    await workbench.answerDialog('Create Job');
    await workbench.treeRow(/squares.*Queued/).first().waitFor();
    assert.equal(this.#fake.created, 1);
    const method = this.#fake.jobs[0]?.['method'] as { readonly type: string; readonly reinforcement: Written };
    assert.equal(method.type, 'reinforcement');
    assert.equal((method.reinforcement['grader'] as Written)['operation'], 'eq');
  }

  async saveAgain(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.treeRow(/squares.*Queued/).first().click({ button: 'right' });
    await workbench.screenshot('job-menu');
    await workbench.pickFromMenu('Create Again…');
    await workbench.waitForQuickInput('7/7');
    await workbench.quickRows().filter({ hasText: 'correct · string_check' }).waitFor();
    await workbench.screenshot('created-again');
    await workbench.pick('Save as Job File…');
    // An ending is not asked for.
    await workbench.choosePath(join(this.#folder, 'again'), 'OK');
    await workbench.tab('again.finetune.json').waitFor();
    const [first, again] = [this.#read('squares.finetune.json'), this.#read('again.finetune.json')];
    // The job names the seed that the first file left to the service.
    assert.deepEqual({ ...again, seed: first['seed'] }, { ...first, seed: first['seed'] });
    assert.equal(this.#fake.created, 1);
  }

  #read(name: string): Written {
    return JSON.parse(readFileSync(join(this.#folder, name), 'utf8')) as Written;
  }
}
