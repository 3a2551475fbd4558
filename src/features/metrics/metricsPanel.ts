import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { jobName } from '../../core/jobs/jobName.ts';
import type { JobRecord, JobRef, JobStore } from '../../core/jobs/jobStore.ts';
import { firstDifference, type MetricPoint } from '../../core/metrics/points.ts';
import type { WireEvent } from '../../core/providers/wire.ts';
import type { Connections } from '../../platform/connections.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import { explainError, isCancellation } from '../../platform/errorReport.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { Log } from '../../platform/log.ts';
import type { WebviewHost } from '../../platform/webviewHost.ts';
import type { JobView, MetricsHost, MetricsPage, Remark } from '../../protocol/metrics.ts';
import type { Connection as RpcConnection } from '../../protocol/rpc.ts';
import { exportCsv } from './exportCsv.ts';
import { JobCurve } from './jobCurve.ts';
import { toEventViews, toJobView, toUnknownJobView } from './jobSummary.ts';
import { createMetricsStrings } from './strings.ts';
import type { ViewChoices } from './viewChoices.ts';

export type MetricsPanelServices = {
  readonly log: Log;
  readonly connections: Connections;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
  readonly webviews: WebviewHost;
  readonly choices: ViewChoices;
};

/** The news of a busy job, gathered: nobody reads faster, and each update travels to the page. */
const updateIntervalMs = 150;

/** One job's metrics in an editor tab. What the page shows is derived from the job store and can be sent again. */
export class MetricsPanel implements vscode.Disposable {
  readonly #ref: JobRef;
  readonly #panel: vscode.WebviewPanel;
  readonly #services: MetricsPanelServices;
  readonly #disposables = new DisposableStore();
  readonly #ended = new AbortController();
  readonly #page: RpcConnection<MetricsPage>;
  readonly #curve: JobCurve;
  #watch: vscode.Disposable | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What the page has; undefined while there is no page. */
  #sent: { job: string; points: readonly MetricPoint[]; events: readonly WireEvent[] } | undefined;

  constructor(ref: JobRef, panel: vscode.WebviewPanel, services: MetricsPanelServices) {
    this.#ref = ref;
    this.#panel = panel;
    this.#services = services;
    this.#curve = new JobCurve(ref, services, this.#ended.signal, () => this.#updateSoon());
    const { jobStore, jobWatcher, connections, webviews } = services;
    this.#page = webviews.open<MetricsPage, MetricsHost>(
      panel.webview,
      { name: 'metrics', title: vscode.l10n.t('Metrics') },
      {
        ready: () => this.#toState(),
        rememberView: (view) => services.choices.remember(view),
        copy: ({ text }) => void vscode.env.clipboard.writeText(String(text)),
        exportCsv: async () => {
          const record = this.#record;
          if (record !== undefined) await exportCsv(ref.jobId, this.#curve.toCurve(record).points, services.log);
        },
        openChat: ({ model, checkpoint }) =>
          void vscode.commands.executeCommand(commandIds.chatOpen, { ref, model, checkpoint }),
        retry: () => this.#retry(),
        showLog: () => services.log.show(),
      },
    );
    this.#disposables.add(this.#page);
    this.#disposables.add(
      jobStore.onDidChange((change) => {
        const touched = change.kind === 'listChanged' ? change.connectionId : change.ref.connectionId;
        if (touched !== ref.connectionId) return;
        if (change.kind === 'listChanged' || change.ref.jobId === ref.jobId) this.#updateSoon();
      }),
    );
    this.#disposables.add(
      jobWatcher.onDidChangeState((connectionId) => {
        if (connectionId === ref.connectionId) this.#updateSoon();
      }),
    );
    this.#disposables.add(connections.onDidChange(() => this.#updateSoon()));
    this.#disposables.add(panel.onDidChangeViewState(() => this.#followVisibility()));
    this.#disposables.add(panel.onDidDispose(() => this.dispose()));
    this.#followVisibility();
    this.#setTitle();
  }

  get ref(): JobRef {
    return this.#ref;
  }

  get onDidDispose(): vscode.Event<void> {
    return this.#panel.onDidDispose;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    clearTimeout(this.#timer);
    this.#watch?.dispose();
    this.#disposables.dispose();
    this.#panel.dispose();
  }

  get #record(): JobRecord | undefined {
    return this.#services.jobStore.get(this.#ref);
  }

  /** A hidden page is gone, and nobody needs its job's events. */
  #followVisibility(): void {
    if (this.#panel.visible) {
      this.#watch ??= this.#services.jobWatcher.watch(this.#ref);
      this.#updateSoon();
    } else {
      this.#watch?.dispose();
      this.#watch = undefined;
    }
  }

  #updateSoon(): void {
    if (this.#ended.signal.aborted) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#update();
    }, updateIntervalMs);
  }

  #update(): void {
    this.#setTitle();
    if (this.#panel.visible) this.#curve.read();
    const sent = this.#sent;
    if (sent === undefined) return;
    const { job, points, events } = this.#toContent();
    const jobText = JSON.stringify(job);
    if (jobText !== sent.job) this.#page.tell('showJob', job);
    const from = firstDifference(sent.points, points);
    if (from < points.length || points.length < sent.points.length) {
      this.#page.tell('showPoints', { from, points: points.slice(from) });
    }
    const change = changeOfEvents(sent.events, events);
    if (change !== undefined) {
      const { dropped, from: eventsFrom } = change;
      this.#page.tell('showEvents', { dropped, from: eventsFrom, events: toEventViews(events, eventsFrom) });
    }
    this.#sent = { job: jobText, points, events };
  }

  #toState() {
    const { job, points, events } = this.#toContent();
    this.#sent = { job: JSON.stringify(job), points, events };
    return {
      strings: createMetricsStrings(),
      locale: vscode.env.language,
      ref: this.#ref,
      view: this.#services.choices.get(),
      job,
      points,
      events: toEventViews(events),
    };
  }

  #toContent(): { job: JobView; points: readonly MetricPoint[]; events: readonly WireEvent[] } {
    const record = this.#record;
    const remarks = this.#toRemarks(record);
    if (record === undefined) {
      return { job: toUnknownJobView(this.#ref.jobId, this.#toUnknownText(), remarks), points: [], events: [] };
    }
    const curve = this.#curve.toCurve(record);
    const job = toJobView(record, this.#connectionLabel, curve, remarks);
    return { job, points: curve.points, events: record.events };
  }

  get #connectionLabel(): string {
    return this.#services.connections.get(this.#ref.connectionId)?.label ?? this.#ref.connectionId;
  }

  #toUnknownText(): string {
    const state = this.#services.jobWatcher.state(this.#ref.connectionId);
    if (this.#services.connections.get(this.#ref.connectionId) === undefined) {
      return vscode.l10n.t('The connection {0} was removed. Add it again to see this job.', this.#ref.connectionId);
    }
    if (!vscode.workspace.isTrusted) return vscode.l10n.t('Trust this workspace to see the job.');
    if (state?.kind === 'answered') return vscode.l10n.t('{0} does not know this job any more.', this.#connectionLabel);
    if (state?.kind === 'nothing') return vscode.l10n.t('{0} is not set up, so the job cannot be read.', this.#connectionLabel);
    return state?.kind === 'failed' ? vscode.l10n.t('The job could not be read.') : vscode.l10n.t('Reading the job…');
  }

  #toRemarks(record: JobRecord | undefined): Remark[] {
    const remarks: Remark[] = [];
    const state = this.#services.jobWatcher.state(this.#ref.connectionId);
    if (state?.kind === 'failed' && !isCancellation(state.error)) {
      const reason = explainError(state.error);
      const text =
        record === undefined
          ? vscode.l10n.t('{0} did not answer: {1}', this.#connectionLabel, reason)
          : vscode.l10n.t('This may be out of date. {0} did not answer: {1}', this.#connectionLabel, reason);
      remarks.push({ tone: record === undefined ? 'error' : 'warning', text, canRetry: true });
    }
    const { fault } = this.#curve;
    if (fault !== undefined) {
      const text = vscode.l10n.t('The result file could not be read, so points may be missing: {0}', fault);
      remarks.push({ tone: 'warning', text, canRetry: true });
    }
    return remarks;
  }

  #setTitle(): void {
    const record = this.#record;
    const title = vscode.l10n.t('Metrics: {0}', record === undefined ? this.#ref.jobId : jobName(record.job));
    if (this.#panel.title !== title) this.#panel.title = title;
  }

  #retry(): void {
    this.#curve.retry();
    void this.#services.jobWatcher.refresh(this.#ref.connectionId);
    this.#updateSoon();
  }
}

/** How many of the oldest events went, and from which index of the rest on they are others; undefined if none are. */
function changeOfEvents(
  before: readonly WireEvent[],
  events: readonly WireEvent[],
): { readonly dropped: number; readonly from: number } | undefined {
  if (before === events) return undefined;
  const dropped = events[0] === undefined ? 0 : Math.max(0, before.indexOf(events[0]));
  const kept = before.length - dropped;
  let from = 0;
  while (from < kept && from < events.length && before[dropped + from]?.id === events[from]?.id) from += 1;
  return dropped === 0 && from === kept && from === events.length ? undefined : { dropped, from };
}

