import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { openBrowserHost } from '../host/browserHost.ts';
import { createEngineHome } from '../host/engineHome.ts';
import { repository, say } from '../host/install.ts';
import { Lifetime } from '../host/lifetime.ts';
import { copySample } from '../host/sample.ts';
import { expectedAnswer, readSampleRows, type SampleRow } from './sampleRows.ts';
import { Steps } from './steps.ts';
import { themeSettings, Workbench, type Theme } from './workbench.ts';

/**
 * `npm run tour`: the main job from rows to an answer, in a real VS Code, without a person. It is also the UI test.
 * Screenshots of each step are left in out/tour/; everything it trains, in out/tour/home.
 */
const output = join(repository, 'out/tour');
const folder = join(output, 'sample');
const trainingFile = join(folder, 'science.train.jsonl');
/** A run takes about a minute on two cores; other work on the machine may make it several. */
const trainingPatience = 600_000;
const suffix = 'science-qa';

async function main(): Promise<void> {
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  await copySample(folder);
  const lifetime = new Lifetime();
  try {
    const home = await createEngineHome(lifetime, join(output, 'home'));
    say('The tour: rows → training file → checks → job → metrics → chat, in a real VS Code. Screenshots: out/tour');
    const settings = {
      ...themeSettings('dark'),
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
      'git.enabled': false,
      'explorer.autoReveal': false,
      'breadcrumbs.enabled': false,
      'editor.minimap.enabled': false,
      'window.menuBarVisibility': 'compact',
    };
    const environment = { TUNESMITH_HOME: home };
    const viewport = { width: 1440, height: 900 };
    const host = { folder, install: repository, settings, environment, viewport };
    const { page, server } = await openBrowserHost(host, lifetime);
    const workbench = new Workbench(page, server, output);
    const steps = new Steps(async () => {
      await workbench.screenshot('failed');
      await server.copyLogs(join(output, 'logs'));
      await cp(join(home, 'engine.log'), join(output, 'logs/engine.log')).catch(() => undefined);
      say('    See out/tour/failed.png and out/tour/logs.');
    });
    await new Tour(workbench).run(steps);
    const passed = steps.finish();
    process.exitCode = passed ? 0 : 1;
    if (passed && process.argv.includes('--keep')) {
      await keepScreenshots();
    }
  } finally {
    await lifetime.dispose();
  }
}

/** The pictures of the README: `npm run tour -- --keep`. */
async function keepScreenshots(): Promise<void> {
  const target = join(repository, 'media/screenshots');
  await mkdir(target, { recursive: true });
  for (const [name, screenshot] of Object.entries({ mistake: '05-quick-fix', metrics: '11-metrics', chat: '13-chat' })) {
    await cp(join(output, `${screenshot}.png`), join(target, `${name}.png`));
  }
  say('Copied the README\'s pictures to media/screenshots.');
}

class Tour {
  readonly #workbench: Workbench;
  readonly #rows = readSampleRows(folder);
  #written = '';
  #metrics: Frame | undefined;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  async run(steps: Steps): Promise<void> {
    await steps.run('VS Code opens the sample project', () => this.#open());
    await steps.run('the recipe turns the table into a training file', () => this.#runRecipe());
    await steps.run('a mistake in the training file is marked', () => this.#makeMistake());
    await steps.run('a quick fix mends it', () => this.#fixMistake());
    await steps.run('a job is created step by step', () => this.#createJob());
    await steps.run('the job shows in the tree while it runs, its metrics live', () => this.#watchJob());
    await steps.run('the job finishes and says so', () => this.#awaitJob());
    await steps.run('the metrics are complete', () => this.#checkMetrics());
    await steps.run('the tree shows the tuned model and its checkpoints', () => this.#expandJob());
    await steps.run('the tuned model answers three training questions', () => this.#chat());
    await steps.run('metrics, tree, chat and editor in light and high contrast', () => this.#themes());
  }

  async #open(): Promise<void> {
    await this.#workbench.treeRow('science.recipe.json').waitFor();
    await this.#workbench.openFile('science.csv');
    await this.#workbench.screenshot('01-sample');
  }

  async #runRecipe(): Promise<string> {
    const workbench = this.#workbench;
    await workbench.openFile('science.recipe.json');
    await workbench.codeLens('Run').waitFor();
    await workbench.screenshot('02-recipe');
    await workbench.codeLens('Run').click();
    const notice = workbench.notification(/training.* examples/);
    await notice.waitFor();
    await workbench.notification(/Running/).waitFor({ state: 'detached' });
    await workbench.screenshot('03-recipe-run');
    const text = await notice.locator('.notification-list-item-message').innerText();
    const examples = [...readLines(trainingFile), ...readLines(join(folder, 'science.validation.jsonl'))];
    const written = examples.map((line) => (JSON.parse(line) as Example).messages.map((message) => message.content));
    const wanted = this.#rows.kept.map((row) => [systemPrompt(), row.question, expectedAnswer(row)]);
    assert.deepEqual(written.map(String).sort(), wanted.map(String).sort());
    await workbench.answerNotification(/training.* examples/, 'Open Training File');
    await workbench.tab('science.train.jsonl').waitFor();
    return text.replace(/\s+/g, ' ');
  }

  /** Takes one letter out of a role, as a slip of the hand would. */
  async #makeMistake(): Promise<string> {
    const workbench = this.#workbench;
    this.#written = readFileSync(trainingFile, 'utf8');
    const line = readLines(trainingFile)[2] ?? '';
    const column = line.indexOf('"system"') + '"sys'.length + 1;
    await workbench.closeNotifications();
    await workbench.openFile('science.train.jsonl', 3, column);
    assert.equal(await workbench.squiggles().count(), 0);
    await workbench.page.keyboard.press('Backspace');
    await workbench.squiggles().first().waitFor();
    const problems = (await workbench.problems()).filter((problem) => problem.includes('"sytem" is not a role'));
    assert.equal(problems.length, 1);
    await workbench.openFile('science.train.jsonl', 3, column - 1);
    await workbench.screenshot('04-mistake');
    return (problems[0] ?? '').split('\n')[0] ?? '';
  }

  async #fixMistake(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.openQuickFixes();
    await workbench.screenshot('05-quick-fix');
    await workbench.pickQuickFix(/system/);
    await workbench.squiggles().first().waitFor({ state: 'detached' });
    await workbench.save();
    assert.ok(readFileSync(trainingFile, 'utf8') === this.#written, 'the file is again what the recipe wrote');
    await workbench.runCommand('View: Hide Panel');
    await workbench.screenshot('06-fixed');
  }

  async #createJob(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.runCommand('Fine-Tuning: Create Fine-Tuning Job…');
    await workbench.waitForQuickInput('1/6');
    await workbench.pick('science.train.jsonl');
    await workbench.waitForQuickInput('2/6');
    await workbench.pick('science.validation.jsonl');
    await workbench.waitForQuickInput('3/6');
    await workbench.pick('tunesmith-tiny');
    await workbench.waitForQuickInput('4/6');
    await workbench.typeQuickInput(suffix);
    await workbench.accept();
    await workbench.waitForQuickInput('5/6');
    await workbench.screenshot('07-hyperparameters');
    await workbench.pick('Continue');
    await workbench.waitForQuickInput('6/6');
    await workbench.screenshot('08-job-summary');
    await workbench.pick('Create Job');
    await workbench.quickInput.waitFor({ state: 'hidden' });
  }

  async #watchJob(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.openContainer('Tunesmith');
    await workbench.setSideBarWidth(400);
    await workbench.setViewTop('Chat', 260);
    const row = workbench.treeRow(suffix);
    await row.first().waitFor();
    // A fast machine may be done before anybody looks.
    await workbench.treeRow(/Running.*step \d+|Succeeded/).first().waitFor({ timeout: 180_000 });
    await workbench.treeAction(row, 'Show Metrics');
    const metrics = await workbench.webview('.job-head');
    await metrics.locator('.plot canvas').first().waitFor({ timeout: 120_000 });
    // A third of the way, where the curves say something, or the end.
    const third = metrics.locator('.progress-row', { hasText: /(3[3-9]|[4-9]\d|100)\s*%/ });
    const end = metrics.locator('.job-head', { hasText: 'Succeeded' });
    await third.or(end).first().waitFor({ timeout: trainingPatience });
    await workbench.screenshot('09-running');
    this.#metrics = metrics;
  }

  async #awaitJob(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.notification(/has finished/).waitFor({ timeout: trainingPatience });
    await workbench.treeRow(/Succeeded/).first().waitFor();
    await workbench.screenshot('10-finished');
    await workbench.answerNotification(/has finished/, 'Show Metrics');
  }

  async #checkMetrics(): Promise<string> {
    const workbench = this.#workbench;
    const metrics = await workbench.webview('.job-head');
    assert.ok(this.#metrics, 'the panel was open before');
    const facts = await metrics.locator('.facts dt').allInnerTexts();
    assert.ok(facts.length >= 10, `ten facts of the job, not: ${facts.join(', ')}`);
    const finals = await metrics.locator('.finals').innerText();
    const loss = Number(/(\d+\.\d+)/.exec(finals)?.[1]);
    assert.ok(loss < 0.3, `the final train loss is below 0.3, not: ${finals}`);
    const drawn = await metrics.locator('.plot canvas').first().evaluate(countColours);
    assert.ok(drawn > 3, `the chart is drawn in colours, not in ${drawn}`);
    await workbench.closeNotifications();
    await workbench.screenshot('11-metrics');
    return finals.replace(/\s+/g, ' ');
  }

  async #expandJob(): Promise<void> {
    const workbench = this.#workbench;
    const row = workbench.treeRow(suffix).first();
    if ((await row.getAttribute('aria-expanded')) !== 'true') {
      await row.locator('.monaco-tl-twistie').click();
    }
    await workbench.treeRow('tuned model').first().waitFor();
    await workbench.treeRow(/Checkpoint at step/).first().waitFor();
    await workbench.screenshot('12-tree');
  }

  async #chat(): Promise<string> {
    const workbench = this.#workbench;
    await workbench.treeAction(workbench.treeRow(suffix), 'Chat with Tuned Model');
    const chat = await workbench.webview('.composer textarea');
    const asked = trainingRows(this.#rows.kept);
    for (const [index, row] of asked.entries()) {
      const input = chat.locator('.composer textarea');
      await workbench.type(input, row.question);
      await input.press('Enter');
      const turn = chat.locator('article.turn').nth(index);
      await turn.waitFor();
      await chat.locator('article.turn:not([data-status="waiting"]):not([data-status="streaming"])').nth(index).waitFor();
      assert.equal(await turn.getAttribute('data-status'), 'done', await turn.innerText());
      const answer = await turn.locator('.answer .markdown').innerText();
      assert.equal(answer.trim(), expectedAnswer(row));
    }
    await workbench.screenshot('13-chat');
    return asked.map((row) => row.correct_answer).join(', ');
  }

  async #themes(): Promise<void> {
    const workbench = this.#workbench;
    const themes: readonly Theme[] = ['light', 'highContrast'];
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await workbench.tab(/Metrics/).click();
      await workbench.webview('.job-head');
      await workbench.screenshot(`14-metrics-chat-tree-${theme}`);
      await workbench.openFile('science.recipe.json');
      await workbench.codeLens('Run').waitFor();
      await workbench.screenshot(`15-recipe-${theme}`);
      await workbench.openFile('science.train.jsonl', 3);
      await workbench.screenshot(`16-editor-${theme}`);
    }
  }
}

type Example = { readonly messages: readonly { readonly role: string; readonly content: string }[] };

function readLines(file: string): readonly string[] {
  return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '');
}

function systemPrompt(): string {
  const recipe = JSON.parse(readFileSync(join(folder, 'science.recipe.json'), 'utf8')) as Example;
  return recipe.messages[0]?.content ?? '';
}

/** Three questions of the training part: the first, one from the middle, the last. */
function trainingRows(rows: readonly SampleRow[]): readonly SampleRow[] {
  const training = new Set(readLines(trainingFile).map((line) => (JSON.parse(line) as Example).messages[1]?.content));
  const trained = rows.filter((row) => training.has(row.question));
  return [0, Math.floor(trained.length / 2), trained.length - 1].flatMap((index) => trained[index] ?? []);
}

/** Runs in the page: how many colours a canvas shows. */
function countColours(element: unknown): number {
  const canvas = element as { width: number; height: number; getContext(kind: '2d'): { getImageData(...box: number[]): { data: Uint8ClampedArray } } };
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set<number>();
  for (let at = 0; at < data.length; at += 4) {
    if ((data[at + 3] ?? 0) > 200) {
      colours.add(((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0));
    }
  }
  return colours.size;
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
