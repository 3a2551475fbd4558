import * as vscode from 'vscode';
import { commandIds, settingIds } from '../../contributions.ts';
import { jobName } from '../../core/jobs/jobName.ts';
import { isTerminal } from '../../core/jobs/jobStatus.ts';
import { abortOnCancel } from '../../platform/disposables.ts';
import { isCancellation } from '../../platform/errorReport.ts';
import { askChoice } from '../../platform/stepInput.ts';
import type { RunningEngine } from '../../protocol/launch.ts';
import type { ConnectionsServices } from './services.ts';
import { numberFormat } from '../../messages/numberFormat.ts';

type DiskRow = vscode.QuickPickItem & { readonly jobId?: string };

/** What a person can see and do about the engine behind Local. */
export class EngineCommands implements vscode.Disposable {
  readonly #services: ConnectionsServices;
  readonly #settings: vscode.Disposable;

  constructor(services: ConnectionsServices) {
    this.#services = services;
    this.#settings = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(settingIds.engineThreads) || event.affectsConfiguration(settingIds.engineIdleMinutes)) {
        void this.#offerRestart();
      }
    });
  }

  async showStatus(): Promise<void> {
    const t = vscode.l10n.t;
    const running = await this.#services.engine.find();
    if (!running) {
      const start = t('Start');
      const message = t('The Local engine does not run. It starts by itself when it is needed.');
      const offered = vscode.workspace.isTrusted ? [start] : [];
      const chosen = await vscode.window.showInformationMessage(message, ...offered);
      const started = chosen === start && (await this.#run((signal) => this.#services.engine.ensure(signal)));
      if (started) await this.showStatus();
      return;
    }
    const [restart, stop, log] = [t('Restart'), t('Stop'), t('Show Log')];
    const { version, pid, baseURL } = running;
    const message = t('The Local engine runs: version {0}, process {1}, {2}.', version, pid, baseURL);
    const jobs = describeUnfinished(await this.#unfinishedJobs());
    const chosen = await vscode.window.showInformationMessage(`${message} ${jobs}`, restart, stop, log);
    if (chosen === restart) await vscode.commands.executeCommand(commandIds.engineRestart);
    if (chosen === stop && (await this.#mayInterrupt(t('Stop the Local engine?'), t('Stop')))) await this.#services.engine.stop();
    if (chosen === log) await this.showLog();
  }

  async restart(): Promise<void> {
    const t = vscode.l10n.t;
    if (!(await this.#mayInterrupt(t('Restart the Local engine?'), t('Restart')))) return;
    const engine = await this.#run((signal) => this.#services.engine.restart(signal));
    if (engine === undefined) return;
    void vscode.window.showInformationMessage(t('The Local engine was restarted at {0}.', engine.baseURL));
  }

  async showLog(): Promise<void> {
    const { engine } = this.#services;
    if (!(await engine.hasLog())) {
      void vscode.window.showInformationMessage(vscode.l10n.t('The Local engine has written no log yet: it has never run.'));
      return;
    }
    await vscode.window.showTextDocument(vscode.Uri.file(engine.logFile), { preview: true });
  }

  async showDiskUse(): Promise<void> {
    const t = vscode.l10n.t;
    const { engine, jobStore } = this.#services;
    const use = await engine.diskUse();
    const total = use.files + use.models + use.other;
    if (total === 0) {
      void vscode.window.showInformationMessage(t('The Local engine uses no disk space.'));
      return;
    }
    const names = new Map(jobStore.list('local').map(({ job }) => [job.id, jobName(job)]));
    const row = (label: string, bytes: number, jobId?: string): DiskRow => ({
      label,
      description: formatBytes(bytes),
      ...(jobId === undefined ? {} : { detail: jobId, jobId }),
    });
    const reveal: DiskRow = { label: t('Open Folder'), iconPath: new vscode.ThemeIcon('folder-opened') };
    const remove: DiskRow = { label: t('Delete…'), iconPath: new vscode.ThemeIcon('trash') };
    const chosen = await askChoice<DiskRow>({
      title: t('The Local engine uses {0}', formatBytes(total)),
      placeholder: t('Choose a job to see its metrics'),
      items: [
        { label: t('Models and checkpoints'), kind: vscode.QuickPickItemKind.Separator },
        ...use.jobs.map(({ jobId, bytes }) => row(names.get(jobId) ?? jobId, bytes, jobId)),
        { label: '', kind: vscode.QuickPickItemKind.Separator },
        row(t('Uploaded files'), use.files),
        row(t('The rest'), use.other),
        { label: '', kind: vscode.QuickPickItemKind.Separator },
        reveal,
        remove,
      ],
    });
    if (chosen === reveal) await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(engine.dataFolder));
    else if (chosen === remove) await vscode.commands.executeCommand(commandIds.engineDeleteData);
    else if (typeof chosen === 'object' && chosen.jobId !== undefined) {
      await vscode.commands.executeCommand(commandIds.metricsShow, { connectionId: 'local', jobId: chosen.jobId });
    }
  }

  async deleteData(): Promise<void> {
    const t = vscode.l10n.t;
    const { engine, log } = this.#services;
    const use = await engine.diskUse();
    const bytes = use.files + use.models + use.other;
    const unfinished = await this.#unfinishedJobs();
    if (bytes === 0) {
      void vscode.window.showInformationMessage(t('The Local engine has no data.'));
      return;
    }
    const remove = unfinished === 0 ? t('Delete') : t('End Jobs and Delete');
    const detail = [
      ...(unfinished === 0 ? [] : [`${describeUnfinished(unfinished)} ${t('That work will be lost.')}`]),
      t('Every tuned model, job and uploaded copy in {0} is deleted ({1}).', engine.dataFolder, formatBytes(bytes)),
      t('Your own training files stay. This cannot be undone, and it affects every window.'),
    ].join('\n\n');
    const question = t('Delete the data of the Local engine?');
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
    await engine.deleteData();
    log.info(`${bytes} bytes of the Local engine were deleted.`);
    void vscode.window.showInformationMessage(t('The data of the Local engine was deleted.'));
  }

  dispose(): void {
    this.#settings.dispose();
  }

  /** The settings are read when the engine starts. */
  async #offerRestart(): Promise<void> {
    const t = vscode.l10n.t;
    if ((await this.#services.engine.find()) === undefined) return;
    const restart = t('Restart');
    const message = t('The new setting is used when the Local engine starts next.');
    if ((await vscode.window.showInformationMessage(message, restart)) !== restart) return;
    await vscode.commands.executeCommand(commandIds.engineRestart);
  }

  async #mayInterrupt(question: string, action: string): Promise<boolean> {
    const unfinished = await this.#unfinishedJobs();
    if (unfinished === 0) return true;
    const consequence = vscode.l10n.t('Training begins again from the start when the engine runs next.');
    const detail = `${describeUnfinished(unfinished)} ${consequence}`;
    return (await vscode.window.showWarningMessage(question, { modal: true, detail }, action)) === action;
  }

  /** Asked from a running engine; otherwise what was last seen. */
  async #unfinishedJobs(): Promise<number> {
    const { connections, jobStore } = this.#services;
    const local = connections.get('local');
    const service = local && (await connections.peek(local, { start: 'never' }));
    if (!service) return jobStore.list('local').filter(({ job }) => !isTerminal(job)).length;
    const { data } = await service.listJobs({ limit: 100 }, AbortSignal.timeout(5_000));
    return data.filter((job) => !isTerminal(job)).length;
  }

  async #run(work: (signal: AbortSignal) => Promise<RunningEngine>): Promise<RunningEngine | undefined> {
    const title = vscode.l10n.t('Waiting for the Local engine');
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return vscode.window.withProgress(options, async (_progress, token) => {
      const abort = abortOnCancel(token);
      try {
        return await work(abort.signal);
      } catch (error) {
        if (isCancellation(error)) return undefined;
        throw error;
      } finally {
        abort.dispose();
      }
    });
  }
}

function describeUnfinished(count: number): string {
  const t = vscode.l10n.t;
  if (count === 0) return t('No job is running or waiting.');
  return count === 1 ? t('One job has not ended.') : t('{0} jobs have not ended.', count);
}

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${numberFormat(vscode.env.language, { maximumFractionDigits: power === 0 ? 0 : 1 }).format(value)} ${units[power]}`;
}
