import { join } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { requestIdKey } from '../../core/jobs/jobOrigin.ts';
import { readJobRef } from '../../core/jobs/jobRef.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import type { Service } from '../../core/providers/port.ts';
import type { WireFile, WireModel } from '../../core/providers/wire.ts';
import type { Connections } from '../../platform/connections.ts';
import type { DeployedModels } from '../../platform/deployedModels.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { ModelLives } from '../../platform/modelLives.ts';
import { NoticeClaims } from '../../platform/noticeClaims.ts';
import { registerReported } from '../../platform/reportedCommand.ts';
import { registerCreate, type RegisterCreateServices } from './create/index.ts';
import { registerEventViews } from './eventViews.ts';
import { askExport } from './exportJobs.ts';
import { openFailedLine } from './failedLine.ts';
import { FinishedNotices } from './finishedNotices.ts';
import { registerJobCommands } from './jobCommands.ts';
import { pickJob } from './jobPicker.ts';
import { JobView } from './jobView.ts';
import { registerModels } from './models/index.ts';
import { RemoteList, type AnyList, type ListPage } from './remoteList.ts';
import { RequestIds } from './requestIds.ts';
import { TreeChoices } from './treeChoices.ts';
import { registerTreeCommands } from './treeCommands.ts';

type JobsServices = RegisterCreateServices & {
  readonly jobWatcher: JobWatcher;
  readonly lives: ModelLives;
  readonly deployed: DeployedModels;
};

const filesAtOnce = 100;

/** The job tree, what can be done with its rows, how a job is created, and the word that one has ended. */
export function registerJobs(services: JobsServices): vscode.Disposable {
  const { context, connections, jobStore, jobOrigins, jobWatcher, log } = services;
  const disposables = new DisposableStore();
  disposables.add(
    jobStore.onDidChange((change) => {
      if (change.kind !== 'listChanged') return;
      for (const jobId of change.added) {
        const ref = { connectionId: change.connectionId, jobId };
        void jobOrigins.adopt(ref, jobStore.get(ref)?.job.metadata?.[requestIdKey]);
      }
    }),
  );
  const claims = new NoticeClaims(join(context.globalStorageUri.fsPath, 'told'), log);
  disposables.add(new FinishedNotices({ ...services, claims }));
  const choices = disposables.add(new TreeChoices(context.workspaceState));
  const models = disposables.add(
    new RemoteList<WireModel>(connections, async (service, _, signal) => ({ items: await service.listModels(signal), hasMore: false })),
  );
  const files = disposables.add(new RemoteList<WireFile>(connections, readFiles));
  disposables.add(forgetWith(connections, [models, files]));
  const own = { ...services, choices, models, files, requestIds: new RequestIds(services) };
  const view = disposables.add(new JobView(own));
  disposables.add(registerJobCommands(own, view));
  disposables.add(registerTreeCommands(own, view.rows));
  disposables.add(registerEventViews(services));
  disposables.add(registerModels(own, view));
  disposables.add(
    registerReported(log, commandIds.jobsOpenLine, vscode.l10n.t('The line could not be opened'), async (argument) => {
      const isFailed = ({ job }: JobRecord): boolean => job.status === 'failed';
      const ref = readJobRef(argument) ?? (await pickJob(services, vscode.l10n.t('Open the line of which failed job?'), isFailed));
      const record = ref && jobStore.get(ref);
      if (record !== undefined) await openFailedLine(services, record);
    }),
  );
  disposables.add(
    registerReported(log, commandIds.jobsExport, vscode.l10n.t('The jobs could not be exported'), async (argument) => {
      const { connectionId } = (argument ?? {}) as { readonly connectionId?: unknown };
      const connection = connections.get(typeof connectionId === 'string' ? connectionId : '') ?? connections.current;
      await askExport(services, connection, view.rows);
    }),
  );
  disposables.add(registerCreate(services, view));
  jobWatcher.start();
  return disposables;
}

async function readFiles(service: Service, last: WireFile | undefined, signal: AbortSignal): Promise<ListPage<WireFile>> {
  const page = await service.listFiles({ limit: filesAtOnce, ...(last === undefined ? {} : { after: last.id }) }, signal);
  return { items: page.data, hasMore: page.has_more };
}

/** A list belongs to an address and a key: where one of them changed or went, it is asked for again when its row is open. */
function forgetWith(connections: Connections, lists: readonly AnyList[]): vscode.Disposable {
  const addresses = (): ReadonlyMap<string, string | undefined> => new Map(connections.all().map(({ id, baseURL }) => [id, baseURL]));
  const forget = (id: string, isStale: (list: AnyList) => boolean): void => lists.filter(isStale).forEach((list) => list.forget(id));
  let before = addresses();
  return connections.onDidChange(() => {
    const now = addresses();
    for (const [id, address] of before) if (now.get(id) !== address) forget(id, () => true);
    before = now;
    for (const connection of connections.all()) {
      // A new key may read what the last one could not.
      forget(connection.id, (list) => ['closed', 'failed'].includes(list.state(connection.id).kind));
      void connections.keyState(connection).then(({ usable }) => {
        if (!usable) forget(connection.id, (list) => list.state(connection.id).kind === 'listed');
      });
    }
  });
}
