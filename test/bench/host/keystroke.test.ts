import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import * as vscode from 'vscode';
import { chatLine } from '../../support/chatLines.ts';
import { report } from '../../integration/report.ts';

const words = 'water energy cell plant rock light air heat mass force field wave atom star river ocean ice salt moon tide'.split(' ');
/** Longer than a hand rests between two keystrokes, so that each is checked by itself. */
const restMs = 400;
/** Of a person who has typed for a while: the first ones are not yet compiled. */
const warmUp = 15;
const keystrokes = 45;

/** An example of about 300 characters; no two are alike. */
function lineAt(index: number): string {
  const text = (count: number, seed: number): string =>
    Array.from({ length: count }, (_, at) => `${words[(seed * 7 + at * at * 3 + at) % words.length]}${(seed * 31 + at * 17) % 97}`).join(' ');
  return chatLine(`${index} ${text(10, index)}?`, `${text(18, index + 5)}.`);
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A share of sorted values. */
function quantile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? Number.NaN;
}

/** Milliseconds that the extension host's own thread computed, and the longest it was without a rest. */
async function busy(work: () => Promise<void>): Promise<{ readonly total: number; readonly longest: number }> {
  let longest = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 5);
    last = now;
  }, 5);
  const before = threadTime();
  await work();
  const total = threadTime() - before;
  clearInterval(beat);
  return { total, longest };
}

function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Types into the middle of a document of so many lines; what that takes of the extension host. */
async function measure(path: string, count: number): Promise<{ readonly times: readonly number[]; readonly longest: number }> {
  await writeFile(path, `${Array.from({ length: count }, (_, index) => lineAt(index)).join('\n')}\n`);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
  await vscode.window.showTextDocument(document);
  // All lines are checked, compared and counted before.
  await sleep(4000 + count / 10);
  const times: number[] = [];
  let longest = 0;
  for (let index = 0; index < warmUp + keystrokes; index += 1) {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(Math.floor(count / 2) + index, 110), 'x');
    const { total, longest: here } = await busy(async () => {
      await vscode.workspace.applyEdit(edit);
      await sleep(restMs);
    });
    if (index < warmUp) continue;
    times.push(total);
    longest = Math.max(longest, here);
  }
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  return { times, longest };
}

suite('one keystroke, in milliseconds of the extension host', () => {
  let folder: string;

  suiteSetup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keystroke-'));
    await vscode.extensions.getExtension('tunesmith.tunesmith')?.activate();
  });

  suiteTeardown(() => rm(folder, { recursive: true, force: true }));

  for (const count of [1000, 10_000, 100_000]) {
    test(`${count} lines of about ${lineAt(1).length} characters`, async function measureKeystrokes() {
      this.timeout(200_000);
      // The same text as a file that is none of ours: what VS Code itself takes.
      const plain = await measure(join(folder, `${count}.txt`), count);
      const ours = await measure(join(folder, `${count}.jsonl`), count);
      const tell = (name: string, { times, longest }: typeof ours): void =>
        report({
          kind: 'note',
          text: `${name.padEnd(24)} p50 ${quantile(times, 0.5).toFixed(2)}   p95 ${quantile(times, 0.95).toFixed(2)}   longest without a rest ${longest.toFixed(0)}`,
        });
      tell('a text file', plain);
      tell('a training file', ours);
    });
  }
});
