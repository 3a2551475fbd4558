import * as vscode from 'vscode';
import { codeLanguages, exportCode, type CodeLanguage } from '../../../core/models/exportCode.ts';
import type { Connection, Connections } from '../../../platform/connections.ts';
import type { Datasets } from '../../../platform/datasets.ts';
import type { JobOrigins } from '../../../platform/jobOrigins.ts';
import type { ChosenModel } from './modelChoice.ts';

type CodeServices = {
  readonly connections: Connections;
  readonly jobOrigins: JobOrigins;
  readonly datasets: Datasets;
};

const editorLanguages: Readonly<Record<CodeLanguage, string>> = { typescript: 'typescript', python: 'python', curl: 'shellscript' };

/** Opens a program that asks the model as it was trained, as a new document that the person saves or not. */
export async function openModelCode(services: CodeServices, chosen: ChosenModel): Promise<void> {
  const { connections } = services;
  const connection = connections.get(chosen.ref.connectionId);
  const language = connection && (await askLanguage(chosen.model));
  if (connection === undefined || language === undefined) return;
  const baseURL = connection.baseURL ?? (await localAddress(connections, connection));
  const system = await systemPrompt(services, chosen);
  const keyVariable = await keyVariableOf(connections, connection);
  const facts = { baseURL, model: chosen.model, system: system ?? '', question: 'Ask your question here.', keyVariable };
  const document = await vscode.workspace.openTextDocument({ language: editorLanguages[language], content: exportCode(language, facts) });
  await vscode.window.showTextDocument(document);
  if (system === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The training file of this model is not known here, so the code has no system prompt. Add the one it was trained with.'),
    );
  }
}

async function askLanguage(model: string): Promise<CodeLanguage | undefined> {
  const labels: Readonly<Record<CodeLanguage, string>> = { typescript: 'TypeScript', python: 'Python', curl: 'curl' };
  const items = codeLanguages.map((language) => ({ label: labels[language], language }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Export Code for {0}', model) }))?.language;
}

/** The Local engine has an address only while it runs; it keeps it over restarts. */
async function localAddress(connections: Connections, connection: Connection): Promise<string> {
  await connections.service(connection, AbortSignal.timeout(60_000));
  return connections.get(connection.id)?.baseURL ?? '';
}

async function systemPrompt({ jobOrigins, datasets }: CodeServices, { ref }: ChosenModel): Promise<string | undefined> {
  const origin = jobOrigins.get(ref);
  if (origin === undefined) return undefined;
  return origin.systemPrompt ?? (await datasets.trainingFacts(vscode.Uri.parse(origin.trainingFile)))?.system ?? '';
}

/** The variable that the connection takes its key from, else the usual name; the key itself never leaves its storage. */
async function keyVariableOf(connections: Connections, connection: Connection): Promise<string> {
  const state = await connections.keyState(connection);
  if (state.kind === 'variable') return state.name;
  if (connection.profile.key === 'none') return 'TUNESMITH_API_KEY';
  return `${connection.id.toUpperCase().replaceAll('-', '_').replace(/^(?=\d)/, '_')}_API_KEY`;
}
