import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { jobName } from '../../core/jobs/jobName.ts';
import { jobKey, readJobRef } from '../../core/jobs/jobRef.ts';
import type { JobRef, JobStore } from '../../core/jobs/jobStore.ts';
import { eventLine } from '../../messages/events.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { Log } from '../../platform/log.ts';
import { registerReported } from '../../platform/reportedCommand.ts';
import { pickJob, type JobPickerServices } from './jobPicker.ts';

const scheme = 'tunesmith-events';
/** Events come in bursts; the editor shows the list as a whole each time. */
const pauseMs = 300;

type EventServices = JobPickerServices & { readonly log: Log };

/** The events of a job: as a list that can be read and searched, newest first, and as they come in an output channel. */
export function registerEventViews(services: EventServices): vscode.Disposable {
  const disposables = new DisposableStore();
  const list = disposables.add(new EventList(services.jobStore, services.jobWatcher));
  const open = (): EventOutput => vscode.window.createOutputChannel(vscode.l10n.t('Tunesmith Job Events'), 'log');
  const channel = disposables.add(new EventChannel(services.jobStore, services.jobWatcher, open));
  const register = (id: string, placeHolder: string, show: (ref: JobRef) => unknown): void =>
    void disposables.add(
      registerReported(services.log, id, vscode.l10n.t('The events could not be shown'), async (argument) => {
        const ref = readJobRef(argument) ?? (await pickJob(services, placeHolder));
        if (ref !== undefined) await show(ref);
      }),
    );
  register(commandIds.jobsShowEvents, vscode.l10n.t('Show the events of which job?'), (ref) => list.show(ref));
  register(commandIds.jobsFollowEvents, vscode.l10n.t('Follow the events of which job?'), (ref) => channel.follow(ref));
  return disposables;
}

/** A read-only document per job, which is kept complete while it is open. */
class EventList implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #store: JobStore;
  readonly #watcher: JobWatcher;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.#changed.event;
  readonly #open = new Map<string, { readonly uri: vscode.Uri; readonly watch: vscode.Disposable; timer?: NodeJS.Timeout }>();

  constructor(store: JobStore, watcher: JobWatcher) {
    this.#store = store;
    this.#watcher = watcher;
    this.#disposables.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
    this.#disposables.add(
      store.onDidChange((change) => {
        const open = change.kind === 'jobChanged' && change.fields.has('events') ? this.#open.get(jobKey(change.ref)) : undefined;
        if (open === undefined) return;
        open.timer ??= setTimeout(() => {
          delete open.timer;
          this.#changed.fire(open.uri);
        }, pauseMs);
      }),
    );
    this.#disposables.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#close(uri)));
  }

  async show(ref: JobRef): Promise<void> {
    const record = this.#store.get(ref);
    const name = record === undefined ? ref.jobId : jobName(record.job);
    // The language of logs colours times and levels.
    const path = `/${name.replace(/[^\p{L}\p{N}._-]+/gu, '-')} events.log`;
    const uri = vscode.Uri.from({ scheme, path, query: JSON.stringify(ref) });
    const key = jobKey(ref);
    if (!this.#open.has(key)) this.#open.set(key, { uri, watch: this.#watcher.watch(ref) });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const ref = refOfUri(uri);
    if (ref === undefined) return '';
    const key = jobKey(ref);
    // After a reload the editor asks for a document that nobody has opened here.
    if (!this.#open.has(key)) this.#open.set(key, { uri, watch: this.#watcher.watch(ref) });
    const events = this.#store.get(ref)?.events ?? [];
    if (events.length === 0) return vscode.l10n.t('No events yet.');
    return `${events.map(eventLine).reverse().join('\n')}\n`;
  }

  dispose(): void {
    for (const { uri } of [...this.#open.values()]) this.#close(uri);
    this.#disposables.dispose();
  }

  #close(uri: vscode.Uri): void {
    const ref = uri.scheme === scheme ? refOfUri(uri) : undefined;
    const open = ref && this.#open.get(jobKey(ref));
    if (ref === undefined || open === undefined) return;
    clearTimeout(open.timer);
    open.watch.dispose();
    this.#open.delete(jobKey(ref));
  }
}

function refOfUri(uri: vscode.Uri): JobRef | undefined {
  try {
    return readJobRef(JSON.parse(uri.query));
  } catch {
    return undefined;
  }
}

/** What is written to of an output channel. */
type EventOutput = Pick<vscode.OutputChannel, 'appendLine' | 'clear' | 'show' | 'dispose'>;

/** One job at a time; another one takes its place. */
export class EventChannel implements vscode.Disposable {
  readonly #store: JobStore;
  readonly #watcher: Pick<JobWatcher, 'watch'>;
  readonly #open: () => EventOutput;
  #channel: EventOutput | undefined;
  #following: vscode.Disposable | undefined;

  constructor(store: JobStore, watcher: Pick<JobWatcher, 'watch'>, open: () => EventOutput) {
    this.#store = store;
    this.#watcher = watcher;
    this.#open = open;
  }

  follow(ref: JobRef): void {
    this.#following?.dispose();
    const channel = (this.#channel ??= this.#open());
    const told = new Set<string>();
    const begin = (): void => {
      const record = this.#store.get(ref);
      told.clear();
      channel.clear();
      channel.appendLine(vscode.l10n.t('Events of {0} ({1}), times in UTC', record === undefined ? ref.jobId : jobName(record.job), ref.jobId));
    };
    const tell = (): void => {
      const events = this.#store.get(ref)?.events ?? [];
      const fresh = events.filter(({ id }) => !told.has(id));
      // Pages come newest first: older events than those that stand there go before them.
      const isContinued = events.slice(events.length - fresh.length).every(({ id }) => !told.has(id));
      if (!isContinued) begin();
      for (const event of isContinued ? fresh : events) {
        told.add(event.id);
        channel.appendLine(eventLine(event));
      }
    };
    begin();
    tell();
    const key = jobKey(ref);
    const news = this.#store.onDidChange((change) => {
      if (change.kind === 'jobChanged' && change.fields.has('events') && jobKey(change.ref) === key) tell();
    });
    this.#following = vscode.Disposable.from(news, this.#watcher.watch(ref));
    channel.show(true);
  }

  dispose(): void {
    this.#following?.dispose();
    this.#channel?.dispose();
  }
}
