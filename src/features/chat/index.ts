import * as vscode from 'vscode';
import { commandIds, viewIds } from '../../contributions.ts';
import type { JobStore } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import type { Datasets } from '../../platform/datasets.ts';
import type { DeployedModels } from '../../platform/deployedModels.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { JobOrigins } from '../../platform/jobOrigins.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { Log } from '../../platform/log.ts';
import type { ModelLives } from '../../platform/modelLives.ts';
import { WebviewHost } from '../../platform/webviewHost.ts';
import { AnswerTarget } from './answerTarget.ts';
import { ChatCommands } from './chatCommands.ts';
import { ChatPlaces } from './chatPlaces.ts';
import { ChatSession } from './chatSession.ts';
import { ChatStorage } from './chatStorage.ts';
import { claimChatFile } from './ownChatFile.ts';
import { TrainingKnowledge } from './trainingKnowledge.ts';

type ChatServices = {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly connections: Connections;
  readonly datasets: Datasets;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
  readonly jobOrigins: JobOrigins;
  readonly lives: ModelLives;
  readonly deployed: DeployedModels;
  /** Work that must be done before the window goes. */
  readonly beforeEnd: (work: () => Promise<void>) => void;
};

/** The chat with tuned models: one conversation per workspace, in the side bar, in an editor tab, or in both. */
export function registerChat(services: ChatServices): vscode.Disposable {
  const { context, log } = services;
  const disposables = new DisposableStore();
  const knowledge = new TrainingKnowledge(services);
  const { storageUri, globalStorageUri, workspaceState } = context;
  const storage = new ChatStorage(
    storageUri === undefined
      ? () => claimChatFile(globalStorageUri.fsPath, workspaceState)
      : async () => ({ path: vscode.Uri.joinPath(storageUri, 'chat.json').fsPath }),
    log,
  );
  const session = disposables.add(new ChatSession({ ...services, storage, knowledge }));
  services.beforeEnd(() => session.end());
  const target = disposables.add(new AnswerTarget());
  const webviews = new WebviewHost(context.extensionUri, log);
  const places = disposables.add(new ChatPlaces({ ...services, session, knowledge, target, webviews }));
  const commands = new ChatCommands({ ...services, session, knowledge, places });

  disposables.add(vscode.window.registerWebviewViewProvider(viewIds.chat, places));
  disposables.add(vscode.window.registerWebviewPanelSerializer(viewIds.chatPanel, places));
  const register = (id: string, run: (argument: unknown) => Promise<void>): void => {
    disposables.add(vscode.commands.registerCommand(id, (argument: unknown) => run(argument)));
  };
  register(commandIds.chatOpen, (argument) => commands.open(argument));
  register(commandIds.chatOpenInEditor, () => commands.openInEditor());
  register(commandIds.chatSelectModel, () => commands.selectModel());
  register(commandIds.chatAskAboutSelection, () => commands.askAboutSelection());
  register(commandIds.chatClear, () => commands.clear());
  return disposables;
}
