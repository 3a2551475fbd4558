import * as l10n from '@vscode/l10n';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { JobStore } from './core/jobs/jobStore.ts';
import { createLauncher } from './engine/launch/launcher.ts';
import { registerChat } from './features/chat/index.ts';
import { registerConnections } from './features/connections/index.ts';
import { registerDataset } from './features/dataset/index.ts';
import { registerHelp } from './features/help/index.ts';
import { registerJobs } from './features/jobs/index.ts';
import { registerMetrics } from './features/metrics/index.ts';
import { registerPrepare } from './features/prepare/index.ts';
import { registerTools } from './features/tools/index.ts';
import { Connections } from './platform/connections.ts';
import { DatasetChecker } from './platform/datasetChecker.ts';
import { DatasetRules } from './platform/datasetRules.ts';
import { Datasets } from './platform/datasets.ts';
import { DeployedModels } from './platform/deployedModels.ts';
import { EngineProcess } from './platform/engineProcess.ts';
import { JobOrigins } from './platform/jobOrigins.ts';
import { JobSnapshots } from './platform/jobSnapshots.ts';
import { JobWatcher } from './platform/jobWatcher.ts';
import { ChannelLog } from './platform/log.ts';
import { ModelLives } from './platform/modelLives.ts';
import { TrainingFiles } from './platform/trainingFiles.ts';
import { TokenCounter } from './platform/tokenCounter.ts';

const lastWork: (() => Promise<void>)[] = [];

/** Builds the services and registers the features. Nothing is read, started or asked here. */
export function activate(context: vscode.ExtensionContext): { readonly activationMilliseconds: number } {
  const start = performance.now();
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle });
  const own = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };

  const log = new ChannelLog(own(vscode.window.createOutputChannel('Tunesmith', { log: true })));
  const program = join(context.extensionPath, 'dist', 'engine.js');
  const { version } = context.extension.packageJSON as { readonly version: string };
  const engine = own(new EngineProcess({ launcher: createLauncher(), program, version, log }));
  const loadService = async () => (await import('./api/service.ts')).createService;
  const connections = own(new Connections({ context, engine, loadService }));
  const jobStore = new JobStore();
  const snapshots = new JobSnapshots(join(context.globalStorageUri.fsPath, 'jobs'), log);
  const jobWatcher = own(new JobWatcher({ connections, store: jobStore, globalState: context.globalState, log, snapshots }));
  const jobOrigins = new JobOrigins(context.globalState);
  const lives = own(new ModelLives(connections));
  const deployed = own(new DeployedModels(context.globalState));
  const datasetRules = own(new DatasetRules({ connections, workspaceState: context.workspaceState, log }));
  const checker = own(new DatasetChecker({ program: join(context.extensionPath, 'dist', 'datasetWorker.js'), log }));
  const trainingFiles = own(new TrainingFiles(context.workspaceState, jobOrigins));
  const datasets = own(new Datasets({ log, rules: datasetRules, checker, trainingFiles }));
  const tokens = own(new TokenCounter({ program: join(context.extensionPath, 'dist', 'tokenWorker.js'), log }));
  const beforeEnd = (work: () => Promise<void>): void => void lastWork.push(work);
  const services = {
    ...{ context, log, engine, connections, jobStore, jobWatcher, jobOrigins, lives, deployed },
    ...{ datasets, datasetRules, checker, trainingFiles, tokens, beforeEnd },
  };

  own(registerDataset(services));
  own(registerPrepare(services));
  own(registerConnections(services));
  own(registerJobs(services));
  own(registerMetrics(services));
  own(registerChat(services));
  own(registerTools(services));
  own(registerHelp(services));

  const activationMilliseconds = performance.now() - start;
  log.debug(`Activated in ${activationMilliseconds.toFixed(1)} ms.`);
  return { activationMilliseconds };
}

/** VS Code waits for this a few seconds, but not for what disposing a subscription has begun. */
export async function deactivate(): Promise<void> {
  await Promise.all(lastWork.splice(0).map((work) => work()));
}
