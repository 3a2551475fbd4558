import * as vscode from 'vscode';
import { settingIds } from '../../contributions.ts';
import type { JobStore } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import type { EngineProcess } from '../../platform/engineProcess.ts';
import type { Log } from '../../platform/log.ts';

export type HelpServices = {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly connections: Connections;
  readonly engine: EngineProcess;
  readonly jobStore: JobStore;
};

/** A report for a bug tracker, as Markdown: versions, settings and counts. No file names, hosts, data or keys. */
export async function toDiagnosticsText(services: HelpServices): Promise<string> {
  const { context, connections, engine, jobStore } = services;
  const settings = vscode.workspace.getConfiguration();
  const connection = connections.current;
  const key = await connections.keyState(connection);
  const running = await engine.find();
  const statuses = countBy(jobStore.list(connection.id).map((record) => record.job.status));
  const rows: readonly (readonly [string, unknown])[] = [
    ['Tunesmith', (context.extension.packageJSON as { version: string }).version],
    ['VS Code', `${vscode.version} (${vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'})`],
    ['Remote', vscode.env.remoteName === undefined ? 'no' : 'yes'],
    ['System', `${process.platform} ${process.arch}, Node ${process.versions.node}`],
    ['UI language', vscode.env.language],
    ['Trusted workspace', vscode.workspace.isTrusted],
    ['Folders', vscode.workspace.workspaceFolders?.map((folder) => folder.uri.scheme).join(', ') ?? 'none'],
    ['Connection', `${connection.profile.id}${connection.profile.id === connection.id ? '' : ' (own)'}, key: ${key.kind}`],
    ['Connections', connections.all().length],
    ['Jobs seen', Object.entries(statuses).map(([status, count]) => `${count} ${status}`).join(', ') || 'none'],
    ['Local engine', running ? `runs, version ${running.version}` : 'does not run'],
    ['Engine threads', settings.get(settingIds.engineThreads)],
    ['Engine idle minutes', settings.get(settingIds.engineIdleMinutes)],
    ['Validation', settings.get(settingIds.datasetValidate)],
  ];
  return ['| what | value |', '| --- | --- |', ...rows.map(([what, value]) => `| ${what} | ${String(value)} |`), ''].join('\n');
}

function countBy(values: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
