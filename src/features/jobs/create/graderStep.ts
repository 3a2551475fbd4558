import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { JobFileProblem } from '../../../core/jobs/file/jobFileProblem.ts';
import { parseGraderText } from '../../../core/jobs/file/parseJobFile.ts';
import { jobFileProblemText } from '../../../messages/jobFile.ts';
import { askChoice, back, type Step } from '../../../platform/stepInput.ts';
import { graderName } from './summaryStep.ts';

type Grader = Readonly<Record<string, unknown>>;
type GraderItem = vscode.QuickPickItem & ({ readonly uri: vscode.Uri } | { readonly grader: Grader } | { readonly act: 'browse' | 'new' });

const skeleton = {
  type: 'string_check',
  name: 'correct',
  input: '{{sample.output_text}}',
  reference: '{{item.answer}}',
  operation: 'eq',
};

/** How answers are graded: the grader of before, a JSON file, or a first one to write. */
export async function askGrader(step: Step, chosen: Grader | undefined): Promise<Grader | typeof back | undefined> {
  const found = await vscode.workspace.findFiles('**/*grader*.json', '**/node_modules/**', 100);
  const items: GraderItem[] = [
    ...(chosen === undefined ? [] : [{ label: graderName(chosen), description: vscode.l10n.t('as before'), grader: chosen }]),
    ...found.map((uri): GraderItem => ({
      label: posix.basename(uri.path),
      description: vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..')),
      uri,
    })),
    { label: vscode.l10n.t('Browse…'), iconPath: new vscode.ThemeIcon('folder-opened'), act: 'browse' },
    { label: vscode.l10n.t('Write One…'), description: vscode.l10n.t('opens a first grader to change and save'), iconPath: new vscode.ThemeIcon('new-file'), act: 'new' },
  ];
  const placeholder = vscode.l10n.t('Grader: JSON that says how answers are scored');
  const item = await askChoice({ ...step, placeholder, items });
  if (item === undefined || item === back) return item;
  if ('grader' in item) return item.grader;
  if ('uri' in item) return readGrader(item.uri);
  if (item.act === 'new') {
    const content = `${JSON.stringify(skeleton, null, 2)}\n`;
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'json', content }));
    return undefined;
  }
  const [uri] = (await vscode.window.showOpenDialog({ canSelectMany: false, filters: { JSON: ['json'] } })) ?? [];
  return uri && readGrader(uri);
}

/** The grader of a file; undefined after its first problem was shown at its place. */
async function readGrader(uri: vscode.Uri): Promise<Grader | undefined> {
  const document = await vscode.workspace.openTextDocument(uri);
  const { grader, problems } = parseGraderText(document.getText());
  if (grader !== null) return grader;
  const first = problems.find(({ severity }) => severity === 'error');
  if (first !== undefined) await showProblem(document, first);
  return undefined;
}

async function showProblem(document: vscode.TextDocument, problem: JobFileProblem): Promise<void> {
  const open = vscode.l10n.t('Open the Place');
  const message = vscode.l10n.t('{0} is no grader yet: {1}', posix.basename(document.uri.path), jobFileProblemText(problem));
  if ((await vscode.window.showErrorMessage(message, open)) !== open) return;
  const { start, end } = problem.range;
  const selection = new vscode.Range(document.positionAt(start), document.positionAt(end));
  await vscode.window.showTextDocument(document, { selection });
}
