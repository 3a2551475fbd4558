import { posix } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import type { DatasetSummary } from '../../core/dataset/summary.ts';
import { estimateDuration, pastRunsOf } from '../../core/cost/duration.ts';
import type { JobStore } from '../../core/jobs/jobStore.ts';
import type { TokenTotals } from '../../core/tokens/tokenLedger.ts';
import { formatName } from '../../messages/datasetWords.ts';
import { costText, estimatedTimeText } from '../../messages/cost.ts';
import { numberFormat } from '../../messages/numberFormat.ts';
import type { Connection, Connections } from '../../platform/connections.ts';
import type { DatasetRules } from '../../platform/datasetRules.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { DatasetTokens } from './datasetTokens.ts';
import { StatusRow } from './statusRow.ts';
import { estimateTrainingCost } from './trainingCost.ts';
import type { TrainingLeaks } from './trainingLeaks.ts';

type StatusServices = {
  readonly datasets: Datasets;
  readonly datasetRules: DatasetRules;
  readonly leaks: Pick<TrainingLeaks, 'trainingOf'>;
  readonly tokens: DatasetTokens;
  readonly connections: Pick<Connections, 'current' | 'onDidChange'>;
  readonly jobStore: Pick<JobStore, 'list' | 'onDidChange'>;
};

type RowName = 'numbers' | 'cost' | 'time' | 'problems';

/** Milliseconds: a moment after the problems of an edited line its tokens are known too, and both are shown at once. */
const gatherMs = 60;

/**
 * The training file being edited in numbers, behind the editor's language, one row for each question: how much is it,
 * what does it cost, what is wrong with it. Each row leads on.
 */
export class DatasetStatus implements vscode.Disposable {
  readonly #services: StatusServices;
  readonly #disposables = new DisposableStore();
  readonly #rows = new Map<RowName, StatusRow>();
  #timer: NodeJS.Timeout | undefined;
  /** The chosen one; read again when that may be another. */
  #connection: Connection | undefined;

  constructor(services: StatusServices) {
    this.#services = services;
    const updateOf = (document: vscode.TextDocument): void => {
      if (document === vscode.window.activeTextEditor?.document) this.#updateSoon();
    };
    this.#disposables.add(services.datasets.onDidRest(updateOf));
    this.#disposables.add(services.datasets.onDidClose(updateOf));
    this.#disposables.add(services.tokens.onDidCount(updateOf));
    this.#disposables.add(
      services.connections.onDidChange(() => {
        this.#connection = undefined;
        this.#update();
      }),
    );
    this.#disposables.add(
      services.jobStore.onDidChange((change) => {
        // How long a job takes is learnt from those that have ended.
        if (change.kind === 'listChanged' || change.fields.has('status')) this.#updateSoon();
      }),
    );
    this.#disposables.add(vscode.window.onDidChangeActiveTextEditor(() => this.#update()));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#removeAll();
    this.#disposables.dispose();
  }

  #updateSoon(): void {
    this.#timer ??= setTimeout(() => this.#update(), gatherMs);
  }

  #update(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const document = vscode.window.activeTextEditor?.document;
    const dataset = document && this.#services.datasets.openDataset(document.uri);
    if (document === undefined || dataset === undefined) {
      this.#removeAll();
      return;
    }
    const summary = dataset.core.summary();
    const totals = this.#services.tokens.totals(document);
    this.#showNumbers(document, summary, totals);
    this.#showCost(document, summary, totals);
    this.#showProblems(document, summary);
  }

  #showNumbers({ uri }: vscode.TextDocument, summary: DatasetSummary, totals: TokenTotals | undefined): void {
    const isSet = this.#services.datasetRules.formatOf(uri) !== undefined;
    this.#row('numbers', vscode.l10n.t('Training File')).show({
      text: headline(summary, isSet, totals),
      busy: !summary.complete || (totals?.missing ?? 0) > 0,
      command: { command: commandIds.datasetShowStatistics, title: vscode.l10n.t('Show Statistics'), arguments: [uri] },
    });
  }

  #showCost({ uri }: vscode.TextDocument, summary: DatasetSummary, totals: TokenTotals | undefined): void {
    const estimate = this.#estimate(summary, totals);
    if (estimate === undefined) {
      this.#remove('cost');
      this.#remove('time');
      return;
    }
    this.#row('time', vscode.l10n.t('Training Time')).show({ text: estimate.time });
    this.#row('cost', vscode.l10n.t('Training Cost')).show({
      text: estimate.cost,
      command: { command: commandIds.jobsCreate, title: vscode.l10n.t('Create Job'), arguments: [uri] },
    });
  }

  #showProblems({ uri }: vscode.TextDocument, { errors, warnings, information }: DatasetSummary): void {
    const training = this.#services.leaks.trainingOf(uri);
    const { Error, Warning, Information } = vscode.LanguageStatusSeverity;
    this.#row('problems', vscode.l10n.t('Problems of the Training File')).show({
      text: problemCounts(errors, warnings, information),
      detail: training === undefined ? '' : vscode.l10n.t('compared with {0}', posix.basename(training.path)),
      severity: errors > 0 ? Error : warnings > 0 ? Warning : Information,
      command:
        errors + warnings + information > 0
          ? { command: 'workbench.actions.view.problems', title: vscode.l10n.t('Show Problems') }
          : undefined,
    });
  }

  #row(name: RowName, title: string): StatusRow {
    const known = this.#rows.get(name);
    if (known) return known;
    const row = new StatusRow(`tunesmith.dataset.${name}`, title);
    this.#rows.set(name, row);
    return row;
  }

  #remove(name: RowName): void {
    this.#rows.get(name)?.dispose();
    this.#rows.delete(name);
  }

  #removeAll(): void {
    for (const name of this.#rows.keys()) this.#remove(name);
  }

  #estimate({ format, examples, complete }: DatasetSummary, totals: TokenTotals | undefined): { readonly cost: string; readonly time: string } | undefined {
    if (format !== 'chat' || !complete || totals === undefined || totals.missing > 0) return undefined;
    const { id, profile } = (this.#connection ??= this.#services.connections.current);
    const cost = estimateTrainingCost(profile, { examples, tokens: totals.tokens });
    if (cost === undefined) return undefined;
    const { model, estimate } = cost;
    const price = costText(estimate, vscode.env.language);
    const { epochs, total } = estimate.billed;
    const runs = pastRunsOf(this.#services.jobStore.list(id).map(({ job }) => job), model);
    return {
      cost:
        epochs.from === 'assumed'
          ? vscode.l10n.t('on {0}, {1}', model, price)
          : vscode.l10n.t('{0} epochs on {1}, {2}', epochs.likely, model, price),
      time: vscode.l10n.t('training time {0}', estimatedTimeText(estimateDuration(runs, total))),
    };
  }
}

function headline({ format, examples }: DatasetSummary, isSet: boolean, totals: TokenTotals | undefined): string {
  const count = numberFormat(vscode.env.language);
  const parts = [
    format === undefined
      ? vscode.l10n.t('no known format')
      : isSet
        ? vscode.l10n.t('{0} (set)', formatName(format))
        : formatName(format),
    examples === 1 ? vscode.l10n.t('1 example') : vscode.l10n.t('{0} examples', count.format(examples)),
  ];
  if (totals !== undefined && totals.counted > 0) {
    const tokens = count.format(totals.tokens);
    parts.push(totals.missing > 0 ? vscode.l10n.t('more than {0} tokens', tokens) : vscode.l10n.t('{0} tokens', tokens));
  }
  return parts.join(' · ');
}

function problemCounts(errors: number, warnings: number, hints: number): string {
  const { t } = vscode.l10n;
  const parts = [
    ...(errors === 0 ? [] : [errors === 1 ? t('1 error') : t('{0} errors', errors)]),
    ...(warnings === 0 ? [] : [warnings === 1 ? t('1 warning') : t('{0} warnings', warnings)]),
    ...(hints === 0 ? [] : [hints === 1 ? t('1 hint') : t('{0} hints', hints)]),
  ];
  return parts.length === 0 ? t('no problems') : parts.join(', ');
}
