import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { ProblemCode } from '../../core/dataset/problem.ts';

/** Documents that hold what the page of problems says of one of them. */
const explanationScheme = 'tunesmith-rule';

/** What the code of a problem leads to, in its hover and in the Problems view: why there is such a rule. */
export function explanationOf(code: ProblemCode): vscode.Uri {
  // The editor runs no commands from there, and would show a Markdown file from its beginning.
  return vscode.Uri.from({ scheme: explanationScheme, path: `/${code}.md` });
}

export function registerExplanations(extensionUri: vscode.Uri): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(explanationScheme, {
    async provideTextDocumentContent({ path }) {
      const page = new TextDecoder().decode(await vscode.workspace.fs.readFile(pageUri(extensionUri)));
      const code = posix.basename(path, '.md');
      const paragraphs = page.split(/^(?=##)/m);
      return paragraphs.find((paragraph) => paragraph.startsWith(`### ${code}\n`))?.replace('### ', '# ').trimEnd() ?? '';
    },
  });
}

/** The page that explains the problems, at the paragraph of one of them. Its headings are the codes. */
export function problemPage(extensionUri: vscode.Uri, code: ProblemCode): vscode.Uri {
  // Markdown previews drop the dots of a heading from its anchor.
  return pageUri(extensionUri).with({ fragment: code.replaceAll('.', '').toLowerCase() });
}

function pageUri(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'media', 'docs', 'problems.md');
}
