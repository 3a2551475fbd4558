import * as vscode from 'vscode';
import { reportError } from './errorReport.ts';
import type { Log } from './log.ts';

/** Registers a command whose failures are told once, led by `what`: a clause such as "The job could not be paused". */
export function registerReported(log: Log, id: string, what: string, run: (argument: unknown) => unknown): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (argument: unknown) => {
    try {
      await run(argument);
    } catch (error) {
      await reportError(what, error, log);
    }
  });
}
