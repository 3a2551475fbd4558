import { posix } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import type { DatasetSummary } from '../../core/dataset/summary.ts';
import { estimateTraining } from '../../core/jobs/trainingEstimate.ts';
import type { TokenTotals } from '../../core/tokens/tokenLedger.ts';
import { formatName } from '../../messages/datasetWords.ts';
import type { Connections } from '../../platform/connections.ts';
import type { DatasetRules } from '../../platform/datasetRules.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { DatasetTokens } from './datasetTokens.ts';
import type { TrainingLeaks } from './trainingLeaks.ts';

type StatusServices = {
  readonly datasets: Datasets;
  readonly datasetRules: DatasetRules;
  readonly leaks: Pick<TrainingLeaks, 'trainingOf'>;
  readonly tokens: DatasetTokens;
  readonly connections: Pick<Connections, 'current' | 'onDidChange'>;
};

/** The training file being edited in numbers, behind the editor's language: format, examples, tokens, cost, problems. */
export class DatasetStatus implements vscode.Disposable {
  readonly #services: StatusServices;
  readonly #disposables = new DisposableStore();
  #item: vscode.LanguageStatusItem | undefined;

  constructor(services: StatusServices) {
    this.#services = services;
    const updateOf = (document: vscode.TextDocument): void => {
      if (document === vscode.window.activeTextEditor?.document) this.#update();
    };
    this.#disposables.add(services.datasets.onDidCheck(updateOf));
    this.#disposables.add(services.datasets.onDidClose(updateOf));
    this.#disposables.add(services.tokens.onDidCount(updateOf));
    this.#disposables.add(services.connections.onDidChange(() => this.#update()));
    this.#disposables.add(vscode.window.onDidChangeActiveTextEditor(() => this.#update()));
  }

  dispose(): void {
    this.#item?.dispose();
    this.#disposables.dispose();
  }

  #update(): void {
    const document = vscode.window.activeTextEditor?.document;
    const dataset = document && this.#services.datasets.openDataset(document.uri);
    if (document === undefined || dataset === undefined) {
      this.#item?.dispose();
      this.#item = undefined;
      return;
    }
    const summary = dataset.core.summary();
    const totals = this.#services.tokens.totals(document);
    const item = (this.#item ??= this.#create());
    const isSet = this.#services.datasetRules.formatOf(document.uri) !== undefined;
    item.text = headline(summary, isSet, totals);
    item.detail = [this.#estimate(summary, totals), problemCounts(summary), this.#comparison(document)]
      .filter((part) => part !== '')
      .join(' · ');
    item.severity =
      summary.errors > 0
        ? vscode.LanguageStatusSeverity.Error
        : summary.warnings > 0
          ? vscode.LanguageStatusSeverity.Warning
          : vscode.LanguageStatusSeverity.Information;
    item.busy = !summary.complete || (totals?.missing ?? 0) > 0;
    item.command =
      summary.errors + summary.warnings + summary.information > 0
        ? { command: 'workbench.actions.view.problems', title: vscode.l10n.t('Show Problems') }
        : { command: commandIds.jobsCreate, title: vscode.l10n.t('Create Job'), arguments: [document.uri] };
  }

  #create(): vscode.LanguageStatusItem {
    const item = vscode.languages.createLanguageStatusItem('tunesmith.dataset', ['jsonl', 'json', 'plaintext']);
    item.name = vscode.l10n.t('Training File');
    return item;
  }

  #comparison({ uri }: vscode.TextDocument): string {
    const training = this.#services.leaks.trainingOf(uri);
    return training === undefined ? '' : vscode.l10n.t('compared with {0}', posix.basename(training.path));
  }

  #estimate({ format, examples, complete }: DatasetSummary, totals: TokenTotals | undefined): string {
    const { profile } = this.#services.connections.current;
    const [model] = profile.baseModels;
    if (model === undefined || format !== 'chat' || !complete || totals === undefined || totals.missing > 0) return '';
    const { epochs, dollars } = estimateTraining({ examples, tokens: totals.tokens }, model);
    const cost = costText(dollars, profile.charges);
    return epochs === undefined
      ? vscode.l10n.t('{0} per epoch on {1}', cost, model.id)
      : vscode.l10n.t('{0} epochs on {1}, {2}', epochs, model.id, cost);
  }
}

function headline({ format, examples }: DatasetSummary, isSet: boolean, totals: TokenTotals | undefined): string {
  const count = new Intl.NumberFormat(vscode.env.language);
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

function problemCounts({ errors, warnings, information }: DatasetSummary): string {
  if (errors + warnings + information === 0) return vscode.l10n.t('no problems');
  return vscode.l10n.t('{0} errors, {1} warnings, {2} hints', errors, warnings, information);
}

function costText(dollars: number | undefined, charges: boolean): string {
  if (!charges) return vscode.l10n.t('free');
  if (dollars === undefined) return vscode.l10n.t('price unknown');
  const format = new Intl.NumberFormat(vscode.env.language, { style: 'currency', currency: 'USD' });
  return vscode.l10n.t('about {0}', format.format(Math.max(0.01, dollars)));
}
