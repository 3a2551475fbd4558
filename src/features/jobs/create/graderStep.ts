import { posix } from 'node:path';
import * as vscode from 'vscode';
import { parseGraderText } from '../../../core/jobs/file/parseJobFile.ts';
import { jobFileProblemText } from '../../../messages/jobFile.ts';
import type { Log } from '../../../platform/log.ts';
import { askChoice, back, type Step } from '../../../platform/stepInput.ts';
import { rangeIn } from './file/jobFileDiagnostics.ts';
import { showPlace } from './showPlace.ts';
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

/**
 * How answers are graded: the grader of before, a JSON file, or a first one to write. The step stays while a grader is
 * written or mended in an editor: whatever was chosen before it would be lost with it.
 */
export async function askGrader(step: Step, chosen: Grader | undefined, log: Log): Promise<Grader | typeof back | undefined> {
  let written: vscode.TextDocument | undefined;
  for (let active: string | undefined; ; ) {
    const items = await graderItems(chosen, written?.isClosed === false ? written.uri : undefined);
    const placeholder = vscode.l10n.t('Grader: JSON that says how answers are scored');
    const start = items.find((item) => 'uri' in item && item.uri.toString() === active);
    const item = await askChoice({ ...step, placeholder, items, ...(start === undefined ? {} : { active: start }) });
    if (item === undefined || item === back) return item;
    if ('grader' in item) return item.grader;
    if ('act' in item && item.act === 'new') {
      written = await writeGrader();
      active = written.uri.toString();
      continue;
    }
    const uri = 'uri' in item ? item.uri : await browse();
    const grader = uri && (await readGrader(uri, log));
    if (grader !== undefined) return grader;
    active = uri?.toString();
  }
}

/** `written`: an editor with a grader that has no file yet. */
async function graderItems(chosen: Grader | undefined, written: vscode.Uri | undefined): Promise<readonly GraderItem[]> {
  const found = await vscode.workspace.findFiles('**/*grader*.json', '**/node_modules/**', 100);
  return [
    ...(chosen === undefined ? [] : [{ label: graderName(chosen), description: vscode.l10n.t('as before'), grader: chosen }]),
    ...(written === undefined ? [] : [{ label: posix.basename(written.path), description: vscode.l10n.t('as it stands in the editor'), uri: written }]),
    ...found.map((uri): GraderItem => ({ label: posix.basename(uri.path), description: folderOf(uri), uri })),
    { label: vscode.l10n.t('Browse…'), iconPath: new vscode.ThemeIcon('folder-opened'), act: 'browse' },
    { label: vscode.l10n.t('Write One…'), description: vscode.l10n.t('opens a first grader to change'), iconPath: new vscode.ThemeIcon('new-file'), act: 'new' },
  ];
}

/** '' for the workspace folder itself. */
function folderOf(uri: vscode.Uri): string {
  const path = vscode.workspace.asRelativePath(uri);
  return path.includes('/') ? posix.dirname(path) : '';
}

async function writeGrader(): Promise<vscode.TextDocument> {
  const content = `${JSON.stringify(skeleton, null, 2)}\n`;
  const document = await vscode.workspace.openTextDocument({ language: 'json', content });
  await vscode.window.showTextDocument(document);
  return document;
}

async function browse(): Promise<vscode.Uri | undefined> {
  const [uri] = (await vscode.window.showOpenDialog({ canSelectMany: false, filters: { JSON: ['json'] } })) ?? [];
  return uri;
}

/** The grader of a file, as it stands in its editor if it has one; undefined after its first problem was told. */
async function readGrader(uri: vscode.Uri, log: Log): Promise<Grader | undefined> {
  const document = await vscode.workspace.openTextDocument(uri);
  const { grader, problems } = parseGraderText(document.getText());
  if (grader !== null) return grader;
  const first = problems.find(({ severity }) => severity === 'error');
  if (first !== undefined) {
    const message = vscode.l10n.t('{0} is no grader yet: {1}', posix.basename(document.uri.path), jobFileProblemText(first));
    // The step comes back meanwhile.
    void showPlace(message, document, rangeIn(document, first), log);
  }
  return undefined;
}
