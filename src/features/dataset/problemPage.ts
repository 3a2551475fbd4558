import * as vscode from 'vscode';
import type { ProblemCode } from '../../core/dataset/problem.ts';

/** The page that explains the problems, at the paragraph of one of them. Its headings are the codes. */
export function problemPage(extensionUri: vscode.Uri, code: ProblemCode): vscode.Uri {
  // Markdown previews drop the dots of a heading from its anchor.
  const fragment = code.replaceAll('.', '').toLowerCase();
  return vscode.Uri.joinPath(extensionUri, 'media', 'docs', 'problems.md').with({ fragment });
}
