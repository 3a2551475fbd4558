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
const warmUp = 30;
const keystrokes = 60;

/** An example of about 300 characters; no two are alike. */
function lineAt(index: number): string {
  const text = (count: number, seed: number): string =>
    Array.from({ length: count }, (_, at) => `${words[(seed * 7 + at * at * 3 + at) % words.length]}${(seed * 31 + at * 17) % 97}`).join(' ');
  return chatLine(`${index} ${text(10, index)}?`, `${text(18, index + 5)}.`);
}

function manyLines(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => lineAt(index));
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

type Measured = {
  /** Of each keystroke. */
  readonly times: readonly number[];
  /** Without a rest, while it was typed and while the file was opened. */
  readonly longest: number;
  readonly longestAtOpening: number;
};

/** Types into the middle of a document of such lines; what that takes of the extension host. */
async function measure(path: string, lines: readonly string[]): Promise<Measured> {
  await writeFile(path, `${lines.join('\n')}\n`);
  let document: vscode.TextDocument | undefined;
  const { longest: longestAtOpening } = await busy(async () => {
    document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
    await vscode.window.showTextDocument(document);
    // All lines are checked, compared and counted before.
    await sleep(4000 + lines.length / 10);
  });
  const times: number[] = [];
  let longest = 0;
  for (let index = 0; document && index < warmUp + keystrokes; index += 1) {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(Math.floor(lines.length / 2) + index, 110), 'x');
    const { total, longest: here } = await busy(async () => {
      await vscode.workspace.applyEdit(edit);
      await sleep(restMs);
    });
    if (index < warmUp) continue;
    times.push(total);
    longest = Math.max(longest, here);
  }
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  return { times, longest, longestAtOpening };
}

suite('one keystroke, in milliseconds of the extension host', () => {
  let folder: string;

  suiteSetup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keystroke-'));
    await vscode.extensions.getExtension('tunesmith.tunesmith')?.activate();
  });

  suiteTeardown(() => rm(folder, { recursive: true, force: true }));

  const measured = [
    ...[1000, 10_000, 100_000].map((count) => ({ name: `${count} lines of about ${lineAt(1).length} characters`, file: `${count}`, lines: manyLines(count) })),
    { name: '10000 lines of which 3000 have a problem', file: 'problems', lines: manyLines(10_000).map((line, index) => (index % 10 < 3 ? line.replace('"user"', '"usr"') : line)) },
  ];
  for (const { name, file, lines } of measured) {
    test(name, async function measureKeystrokes() {
      this.timeout(300_000);
      // The same text as a file that is none of ours: what VS Code itself takes.
      const plain = await measure(join(folder, `${file}.txt`), lines);
      const ours = await measure(join(folder, `${file}.jsonl`), lines);
      const tell = (label: string, { times, longest, longestAtOpening }: Measured): void => {
        const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)].map((value) => value.toFixed(2));
        const rests = `longest without a rest ${longest.toFixed(0)}, at the opening ${longestAtOpening.toFixed(0)}`;
        report({ kind: 'note', text: `${label.padEnd(24)} p50 ${p50}   p95 ${p95}   ${rests}` });
      };
      tell('a text file', plain);
      tell('a training file', ours);
    });
  }
});
