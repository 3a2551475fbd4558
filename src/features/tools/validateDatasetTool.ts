import * as vscode from 'vscode';
import { problemText } from '../../messages/problems.ts';
import { abortOnCancel } from '../../platform/disposables.ts';
import type { ToolServices } from './index.ts';
import { readWorkspaceFile, type Tool } from './tool.ts';

/** Enough to see what kind of mistake a file has. */
const toldProblems = 50;

/** What is wrong with a training file. */
export function validateDatasetTool({ datasets }: ToolServices): Tool {
  return {
    name: 'tunesmith_validate_dataset',
    run: async (input, token) => {
      const uri = readWorkspaceFile(input, 'file');
      if (uri === undefined) throw new Error('Name the file by its path in the open folder.');
      const cancel = abortOnCancel(token);
      try {
        const result = await datasets.checkFile(uri, { limit: toldProblems, signal: cancel.signal });
        return {
          file: vscode.workspace.asRelativePath(uri),
          examples: result.examples,
          format: result.format,
          errors: result.errors,
          warnings: result.warnings,
          problems: result.problems.map((problem) => ({
            code: problem.code,
            severity: problem.severity,
            line: problem.range.start.line + 1,
            message: problemText(problem),
          })),
        };
      } finally {
        cancel.dispose();
      }
    },
  };
}
