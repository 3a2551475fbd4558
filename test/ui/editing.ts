import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chatLine } from '../support/chatLines.ts';
import type { Workbench } from './workbench.ts';

const questions = [
  ['How do I reset my password?', 'Open Settings, choose Account, then Reset password. You get a mail with a link that works for one hour.'],
  ['Where do I see my invoices?', 'Invoices are under Billing. Each can be downloaded as PDF.'],
  ['Can I use it offline?', 'Yes. What you change offline is synchronized when you are back online.'],
  ['Which browsers are supported?', 'The current and the previous version of Firefox, Chrome, Edge and Safari.'],
  ['How do I invite a colleague?', 'Open Team, choose Invite, and enter an address. The invitation is good for a week.'],
  ['Is my data encrypted?', 'Yes, on the way and at rest. Backups are encrypted with keys of their own.'],
] as const;

function supportLines(count: number, product: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => {
    const [question, answer] = questions[index % questions.length]!;
    return chatLine(question.replace('?', ` ${product(index)}?`), `${answer} This is so for ${product(index)}.`);
  });
}

const evil = 'https://evil.example';

/** Text that would do something where it is taken for more than text. */
const hostile = [
  `<img src=${evil}/a.png onerror="fetch('${evil}/b')">`,
  `<script>fetch('${evil}/c')</script></script>`,
  `![picture](${evil}/d.png) [run](command:workbench.action.toggleZenMode) [go](javascript:alert(1))`,
  `<svg onload="fetch('${evil}/e')"><math><mi xlink:href="${evil}/f"></mi></math></svg>`,
  '${7*7} {{7*7}} $(trash) `code` **bold**',
  '\u202etxt.exe\u202c',
];

/** A training file with a few mistakes, the validation file beside it, and one that means harm. */
export async function writeTrainingFiles(folder: string): Promise<void> {
  const training = supportLines(60, (index) => `in plan ${index + 1}`);
  training[3] = training[3]!.replace('"role": "user"', '"role": "human"');
  training[20] = training[20]!.replace('"content": "Answer briefly."', '"content": "Answer briefly.", "weight": 1');
  training[33] = training[12]!;
  training[42] = training[42]!.replace('Open Settings', 'Write to jane.doe@acme.org, open Settings');
  await writeFile(join(folder, 'support.train.jsonl'), `${training.join('\n')}\n`);
  const validation = [...supportLines(8, (index) => `on device ${index + 1}`), training[5]!, training[6]!.replace('You get', 'you get')];
  await writeFile(join(folder, 'support.validation.jsonl'), `${validation.join('\n')}\n`);
  const harmful = hostile.flatMap((text) => [
    JSON.stringify({ messages: [{ role: text, content: text }, { role: 'user', content: text, [text]: text }, { role: 'assistant', content: text }] }),
    JSON.stringify({ messages: [{ role: 'system', content: text }, { role: 'user', content: text }, { role: 'assistant', content: text, name: text }], tools: [{ type: 'function', function: { name: text, description: text } }] }),
  ]);
  await writeFile(join(folder, 'harmful.jsonl'), `${harmful.join('\n')}\n`);
}

/** What a person does in an open training file. */
export class Editing {
  readonly #workbench: Workbench;
  readonly #folder: string;

  constructor(workbench: Workbench, folder: string) {
    this.#workbench = workbench;
    this.#folder = folder;
  }

  async mend(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.runCommand('View: Close Primary Side Bar');
    await workbench.openFile('support.train.jsonl', 4, this.#columnOf('support.train.jsonl', 4, '"human"') + 2);
    await workbench.squiggles().nth(1).waitFor();
    await this.#workbench.inThemes('squiggles');
    await workbench.runCommand('Show or Focus Hover');
    const hover = workbench.page.locator('.monaco-hover:visible', { hasText: 'is not a role' });
    await hover.waitFor();
    await this.#capture('hover-problem');
    await hover.locator('a', { hasText: 'message.role.unknown' }).click();
    await workbench.tab('message.role.unknown.md').waitFor();
    await workbench.editor.locator('.view-line', { hasText: '# message.role.unknown' }).waitFor();
    await workbench.screenshot('explained');
    await workbench.runCommand('View: Close Editor');
    await workbench.openFile('support.train.jsonl', 4, this.#columnOf('support.train.jsonl', 4, '"human"') + 2);
    await workbench.openQuickFixes();
    await workbench.inThemes('quick-fix', 'capture');
    await workbench.pickQuickFix('Change to "user"');
    // The other mistake stays.
    await workbench.squiggles().nth(1).waitFor({ state: 'detached' });
    await workbench.save();
    assert.doesNotMatch(readFileSync(join(this.#folder, 'support.train.jsonl'), 'utf8'), /human/);
  }

  async hoverExample(): Promise<string> {
    const workbench = this.#workbench;
    await workbench.openFile('support.train.jsonl', 8, 4);
    await workbench.runCommand('Show or Focus Hover');
    const hover = workbench.page.locator('.monaco-hover:visible', { hasText: 'tokens' });
    await hover.waitFor();
    await workbench.inThemes('hover', 'capture');
    const text = (await hover.innerText()).replace(/\s+/g, ' ');
    assert.match(text, /\d+ tokens, \d+ of them trained on/);
    assert.match(text, /% of the tokens of the file/);
    await workbench.page.keyboard.press('Escape');
    return text.slice(0, 100);
  }

  async readStatus(): Promise<string> {
    const workbench = this.#workbench;
    await workbench.page.locator('.statusbar-item[id="status.languageStatus"]').first().click();
    const status = workbench.page.locator('.hover-language-status', { hasText: 'examples' });
    await status.first().waitFor();
    await workbench.inThemes('status', 'capture');
    const text = (await workbench.page.locator('.hover-language-status').allInnerTexts()).join(' ').replace(/\s+/g, ' ');
    assert.match(text, /supervised chat · 60 examples · [\d,]+ tokens.*Show Statistics/);
    assert.match(text, /20 epochs on tunesmith-tiny, free.*Create Job/);
    assert.match(text, /training time unknown: no earlier job of this model here/);
    assert.match(text, /1 error, 1 warning, 1 hint.*Show Problems/);
    await workbench.page.keyboard.press('Escape');
    return text.slice(0, 160);
  }

  async fold(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.openFile('support.train.jsonl', 1);
    await workbench.runCommand('Fold All');
    await workbench.editor.locator('.margin .codicon-folding-collapsed').first().waitFor();
    await workbench.screenshot('folded');
    const numbers = await workbench.editor.locator('.margin .line-numbers').allInnerTexts();
    assert.ok(numbers.includes('34') && numbers.includes('43') && !numbers.includes('20'), numbers.join());
    await workbench.runCommand('Unfold All');
  }

  async compare(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.openFile('support.validation.jsonl', 9, 3);
    await workbench.squiggles('warning').nth(1).waitFor();
    await workbench.runCommand('Show or Focus Hover');
    const hover = workbench.page.locator('.monaco-hover:visible', { hasText: 'corpus.leak.same' });
    await hover.waitFor();
    await this.#capture('leak');
    await hover.getByText('support.train.jsonl', { exact: false }).first().waitFor();
    await workbench.page.keyboard.press('Escape');
    await workbench.openQuickFixes();
    await this.#capture('leak-quick-fix');
    await workbench.pickQuickFix('Delete all examples that stand in the training file');
    await workbench.squiggles('warning').nth(1).waitFor({ state: 'detached' });
    await workbench.save();
    assert.equal(readFileSync(join(this.#folder, 'support.validation.jsonl'), 'utf8').trimEnd().split('\n').length, 9);
  }

  async openExample(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.openFile('support.train.jsonl', 8, 4);
    await workbench.runCommand('Fine-Tuning: Open Example');
    await workbench.tab('support.train 8.yaml').waitFor();
    await workbench.editor.locator('.view-line', { hasText: 'role: user' }).first().click();
    await workbench.page.locator('.editor-group-container.active .breadcrumbs-control .monaco-breadcrumb-item', { hasText: 'user' }).first().waitFor();
    await this.#workbench.inThemes('example');
    await workbench.editor.locator('.view-line', { hasText: 'Invoices are under Billing' }).first().click();
    // To the end of what is seen of the wrapped line, then to its own.
    await workbench.page.keyboard.press('End');
    await workbench.page.keyboard.press('End');
    await workbench.page.keyboard.type(' Ask us if one is missing.');
    await workbench.page.keyboard.press('Control+S');
    await workbench.page.locator('.tabs-container .tab.dirty', { hasText: 'support.train.jsonl' }).waitFor();
    await workbench.runCommand('View: Close Editor');
    await workbench.openFile('support.train.jsonl');
    await workbench.save();
    const written = readFileSync(join(this.#folder, 'support.train.jsonl'), 'utf8').split('\n')[7] ?? '';
    assert.match(written, /^\{"messages": \[\{"role": "system", .* Ask us if one is missing\."\}\]\}$/);
  }

  async showStatistics(): Promise<void> {
    const workbench = this.#workbench;
    await workbench.openFile('support.train.jsonl');
    await workbench.runCommand('Fine-Tuning: Show Dataset Statistics');
    const report = await workbench.webview('.bars');
    await report.locator('[role="status"]', { hasText: 'Counting' }).waitFor({ state: 'detached' });
    await this.#workbench.inThemes('statistics');
    await report.locator('.bar-row', { hasText: 'Answer briefly.' }).first().click();
    await workbench.waitForQuickInput('Answer briefly.');
    assert.match(await workbench.quickRows().first().innerText(), /Line 1/);
    await this.#capture('statistics-lines');
    await workbench.page.keyboard.press('Escape');
  }

  async meetHostileFile(): Promise<void> {
    const workbench = this.#workbench;
    const { page } = workbench;
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('evil.example')) asked.push(request.url());
    });
    page.on('dialog', (dialog) => {
      asked.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile('harmful.jsonl', 1, 4);
    await workbench.squiggles().first().waitFor();
    await workbench.runCommand('Show or Focus Hover');
    await page.locator('.monaco-hover:visible').first().waitFor();
    await this.#capture('harmful-hover');
    await page.keyboard.press('Escape');
    for (const column of [25, 40]) {
      await workbench.goTo(1, column);
      await workbench.runCommand('Show or Focus Hover');
      await page.waitForTimeout(800);
      await page.keyboard.press('Escape');
    }
    const problems = (await workbench.problems()).join('\n');
    assert.match(problems, /<img src=https:\/\/evil\.example/);
    assert.match(problems, /\\u\{202e\}/);
    await workbench.screenshot('harmful-problems');
    await workbench.runCommand('View: Hide Panel');
    await workbench.openFile('harmful.jsonl', 1, 1);
    await workbench.runCommand('Fine-Tuning: Show Dataset Statistics');
    const report = await workbench.webview('.bars');
    await report.locator('text=evil.example').first().waitFor();
    await workbench.screenshot('harmful-statistics');
    assert.equal(await report.locator('img[src*="evil"], svg[onload], math').count(), 0);
    assert.equal(await report.locator('script', { hasText: 'evil' }).count(), 0);
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile('harmful.jsonl', 2, 4);
    await workbench.runCommand('Fine-Tuning: Open Example');
    await workbench.tab('harmful 2.yaml').waitFor();
    await workbench.page.waitForTimeout(500);
    for (const frame of page.frames()) {
      assert.equal(await frame.locator('img[src*="evil"], a[href^="command:workbench.action.toggleZenMode"], a[data-href^="command:workbench.action.toggleZenMode"]').count(), 0);
    }
    assert.deepEqual(asked, []);
    // Zen mode would hide it.
    assert.ok(await page.locator('.part.activitybar').isVisible());
  }

  /** A screenshot of what would close if the pointer moved. */
  async #capture(name: string): Promise<void> {
    await this.#workbench.capture(name);
  }

  #columnOf(file: string, line: number, text: string): number {
    return (readFileSync(join(this.#folder, file), 'utf8').split('\n')[line - 1] ?? '').indexOf(text) + 1;
  }
}
