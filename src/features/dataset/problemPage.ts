import * as vscode from 'vscode';
import { problemCodes, type ProblemCode } from '../../core/dataset/problem.ts';

/** Called by the code of a problem in its hover and in the Problems view, so it is not contributed to the palette. */
const explainProblemCommand = 'tunesmith.dataset.explainProblem';

/** What the code of a problem leads to: the paragraph that says why there is such a rule. */
export function explanationOf(code: ProblemCode): vscode.Uri {
  return vscode.Uri.from({ scheme: 'command', path: explainProblemCommand, query: JSON.stringify([code]) });
}

export function registerProblemPage(extensionUri: vscode.Uri): vscode.Disposable {
  return vscode.commands.registerCommand(explainProblemCommand, async (code: unknown) => {
    const known = problemCodes.find((one) => one === code);
    if (known) await vscode.commands.executeCommand('markdown.showPreview', problemPage(extensionUri, known));
  });
}

/** The page that explains the problems, at the paragraph of one of them. Its headings are the codes. */
export function problemPage(extensionUri: vscode.Uri, code: ProblemCode): vscode.Uri {
  // Markdown previews drop the dots of a heading from its anchor.
  const fragment = code.replaceAll('.', '').toLowerCase();
  return vscode.Uri.joinPath(extensionUri, 'media', 'docs', 'problems.md').with({ fragment });
}
