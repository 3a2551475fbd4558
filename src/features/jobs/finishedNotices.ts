import * as vscode from 'vscode';
import { commandIds, settingIds, viewIds } from '../../contributions.ts';
import { pickFinished } from '../../core/jobs/finishedJobs.ts';
import { failedLines, readJobFailure } from '../../core/jobs/jobFailure.ts';
import { jobName, shortModelName } from '../../core/jobs/jobName.ts';
import type { JobRecord, JobStore } from '../../core/jobs/jobStore.ts';
import { jobFailureSentence } from '../../messages/jobFailures.ts';
import type { Connections } from '../../platform/connections.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { Log } from '../../platform/log.ts';
import type { JobOrigins } from '../../platform/jobOrigins.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { NoticeClaims } from '../../platform/noticeClaims.ts';
import { refOf } from './jobNode.ts';
import { chosenOf, recordModel, recordsByItself } from './models/modelRecord.ts';
import { showProblems } from './showProblems.ts';

type FinishedNoticesServices = {
  readonly log: Log;
  readonly connections: Connections;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
  readonly jobOrigins: JobOrigins;
  readonly datasets: Datasets;
  readonly claims: NoticeClaims;
};

type Action = { readonly title: string; run(): unknown };

/**
 * Says once that a job has ended, in the window that has the focus; without one, in the next that gets it. Windows
 * share the memory of what is still to be told, and claim each word before they say it.
 */
export class FinishedNotices implements vscode.Disposable {
  readonly #services: FinishedNoticesServices;
  readonly #disposables = new DisposableStore();

  constructor(services: FinishedNoticesServices) {
    this.#services = services;
    this.#disposables.add(
      services.jobStore.onDidChange((change) => {
        if (change.kind === 'listChanged') this.#announce(change.connectionId);
        else if (change.fields.has('status')) this.#announce(change.ref.connectionId);
      }),
    );
    this.#disposables.add(
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (!focused) return;
        for (const { id } of services.connections.all()) this.#announce(id);
      }),
    );
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #announce(connectionId: string): void {
    this.#tell(connectionId).catch((error: unknown) => this.#services.log.error('A finished job was not announced', error));
  }

  async #tell(connectionId: string): Promise<void> {
    if (!vscode.window.state.focused) return;
    const { jobStore, jobWatcher, log } = this.#services;
    const ended = pickFinished(jobWatcher.unfinished.all, jobStore.list(connectionId));
    const mine = await Promise.all(ended.map((record) => this.#services.claims.claim(refOf(record))));
    for (const record of ended) await jobWatcher.unfinished.forget(refOf(record));
    const finished = ended.filter((_, index) => mine[index]);
    for (const record of finished) await this.#record(record);
    const wanted = vscode.workspace.getConfiguration().get<boolean>(settingIds.notifyWhenFinished, true);
    // Whoever cancelled a job knows.
    const news = finished.filter((record) => record.job.status !== 'cancelled');
    for (const record of news) log.info(`Job ${record.job.id} of ${connectionId}: ${record.job.status}.`);
    if (!wanted || news.length === 0) return;
    const [only] = news;
    if (news.length > 1) await this.#showMany(news);
    else if (only !== undefined) await this.#showOne(only);
  }

  /** Where the person wants it, the new model goes into the workspace's list; what goes wrong there is only logged. */
  async #record(record: JobRecord): Promise<void> {
    const chosen = chosenOf(record);
    const origin = this.#services.jobOrigins.get(refOf(record));
    if (chosen === undefined || record.job.status !== 'succeeded' || !recordsByItself(settingIds.recordModels, origin)) return;
    try {
      await recordModel(this.#services, chosen);
    } catch (error) {
      this.#services.log.error(`The model of ${record.job.id} was not recorded`, error);
    }
  }

  async #showOne(record: JobRecord): Promise<void> {
    const { job } = record;
    const ref = refOf(record);
    const metrics: Action = {
      title: vscode.l10n.t('Show Metrics'),
      run: () => vscode.commands.executeCommand(commandIds.metricsShow, ref),
    };
    if (job.status === 'failed') {
      const origin = this.#services.jobOrigins.get(ref);
      const aboutFile = job.error?.param === 'training_file' || /file|examples/.test(job.error?.code ?? '');
      const problems: Action[] =
        origin === undefined || !aboutFile
          ? []
          : [
              {
                title: vscode.l10n.t('Show Problems'),
                run: () => showProblems(this.#services.datasets, vscode.Uri.parse(origin.trainingFile)),
              },
            ];
      const line: Action[] =
        failedLines(readJobFailure(job.error)).length === 0
          ? []
          : [{ title: vscode.l10n.t('Open the Line'), run: () => vscode.commands.executeCommand(commandIds.jobsOpenLine, ref) }];
      const text = vscode.l10n.t('Fine-tuning job "{0}" failed. {1}', jobName(job), jobFailureSentence(job.error));
      const what = line.length > 0 ? line : problems;
      await choose(vscode.window.showErrorMessage, text, [...what, metrics, this.#silence()]);
      return;
    }
    const text =
      job.fine_tuned_model === null
        ? vscode.l10n.t('Fine-tuning job "{0}" has finished.', jobName(job))
        : vscode.l10n.t(
            'Fine-tuning job "{0}" has finished. The tuned model {1} is ready.',
            jobName(job),
            shortModelName(job.fine_tuned_model),
          );
    const chat: Action = {
      title: vscode.l10n.t('Chat'),
      run: () => vscode.commands.executeCommand(commandIds.chatOpen, { ref, model: job.fine_tuned_model }),
    };
    const actions = job.fine_tuned_model === null ? [metrics] : [metrics, chat];
    await choose(vscode.window.showInformationMessage, text, [...actions, this.#silence()]);
  }

  async #showMany(records: readonly JobRecord[]): Promise<void> {
    const failed = records.filter((record) => record.job.status === 'failed').length;
    const text =
      failed === 0
        ? vscode.l10n.t('{0} fine-tuning jobs have finished.', records.length)
        : vscode.l10n.t('{0} fine-tuning jobs have ended, {1} of them failed.', records.length, failed);
    const jobs: Action = {
      title: vscode.l10n.t('Show Jobs'),
      run: () => vscode.commands.executeCommand(`${viewIds.jobs}.focus`),
    };
    await choose(vscode.window.showInformationMessage, text, [jobs, this.#silence()]);
  }

  #silence(): Action {
    return {
      title: vscode.l10n.t("Don't Show Again"),
      run: () =>
        vscode.workspace
          .getConfiguration()
          .update(settingIds.notifyWhenFinished, false, vscode.ConfigurationTarget.Global),
    };
  }
}

async function choose(
  show: (message: string, ...items: string[]) => Thenable<string | undefined>,
  text: string,
  actions: readonly Action[],
): Promise<void> {
  const chosen = await show(text, ...actions.map((action) => action.title));
  await actions.find((action) => action.title === chosen)?.run();
}
