import * as vscode from 'vscode';
import type { JobStore } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import { explainError, isCancellation } from '../../platform/errorReport.ts';
import type { JobOrigins } from '../../platform/jobOrigins.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { Log } from '../../platform/log.ts';
import { createJobTool } from './createJobTool.ts';
import { listJobsTool } from './listJobsTool.ts';
import { readMetricsTool } from './readMetricsTool.ts';
import type { Tool } from './tool.ts';
import { validateDatasetTool } from './validateDatasetTool.ts';

export type ToolServices = {
  readonly log: Log;
  readonly connections: Connections;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
  readonly jobOrigins: JobOrigins;
  readonly datasets: Datasets;
};

/** What a language model of the editor may ask of this extension. Editors without the interface lack nothing else. */
export function registerTools(services: ToolServices): vscode.Disposable {
  const disposables = new DisposableStore();
  const { lm } = vscode as { readonly lm?: Partial<typeof vscode.lm> };
  if (typeof lm?.registerTool !== 'function') return disposables;
  for (const { name, ...tool } of [listJobsTool(services), readMetricsTool(services), validateDatasetTool(services), createJobTool(services)]) {
    disposables.add(lm.registerTool(name, adapt(tool, services.log)));
  }
  return disposables;
}

/** Trust is asked for here too: other extensions can call a tool that no menu shows. */
function adapt(tool: Omit<Tool, 'name'>, log: Log): vscode.LanguageModelTool<object> {
  const { prepare, run } = tool;
  return {
    ...(prepare === undefined ? {} : { prepareInvocation: ({ input }) => prepare(readInput(input)) }),
    invoke: async ({ input }, token) => {
      if (!vscode.workspace.isTrusted) throw new Error('The workspace is in Restricted Mode. The person has to trust it first.');
      try {
        const result = await run(readInput(input), token);
        return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(result, null, 1))]);
      } catch (error) {
        if (!isCancellation(error)) log.warn(`A tool failed: ${explainError(error)}`);
        // The model acts on the sentence; anything more would be about our insides.
        throw isCancellation(error) ? new vscode.CancellationError() : new Error(explainError(error));
      }
    },
  };
}

function readInput(input: unknown): Readonly<Record<string, unknown>> {
  return typeof input === 'object' && input !== null ? (input as Readonly<Record<string, unknown>>) : {};
}
