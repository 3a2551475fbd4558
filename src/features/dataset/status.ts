import { posix } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import type { DatasetSummary } from '../../core/dataset/summary.ts';
import type { TokenTotals } from '../../core/tokens/tokenLedger.ts';
import { formatName } from '../../messages/datasetWords.ts';
import { costText } from '../../messages/cost.ts';
import type { Connections } from '../../platform/connections.ts';
import type { DatasetRules } from '../../platform/datasetRules.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { DatasetTokens } from './datasetTokens.ts';
import { estimateTrainingCost } from './trainingCost.ts';
import type { TrainingLeaks } from './trainingLeaks.ts';

type StatusServices = {
  readonly datasets: Datasets;
  readonly datasetRules: DatasetRules;
  readonly leaks: Pick<TrainingLeaks, 'trainingOf'>;
  readonly tokens: DatasetTokens;
  readonly connections: Pick<Connections, 'current' | 'onDidChange'>;
};

type ItemName = 'numbers' | 'cost' | 'problems';

/**
 * The training file being edited in numbers, behind the editor's language, one row for each question: how much is it,
 * what does it cost, what is wrong with it. Each row leads on.
 */
export class DatasetStatus implements vscode.Disposable {
  readonly #services: StatusServices;
  readonly #disposables = new DisposableStore();
  readonly #items = new Map<ItemName, vscode.LanguageStatusItem>();

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
    for (const name of this.#items.keys()) this.#remove(name);
    this.#disposables.dispose();
  }

  #update(): void {
    const document = vscode.window.activeTextEditor?.document;
    const dataset = document && this.#services.datasets.openDataset(document.uri);
    if (document === undefined || dataset === undefined) {
      for (const name of this.#items.keys()) this.#remove(name);
      return;
    }
    const summary = dataset.core.summary();
    const totals = this.#services.tokens.totals(document);
    this.#showNumbers(document, summary, totals);
    this.#showCost(document, summary, totals);
    this.#showProblems(document, summary);
  }

  #showNumbers({ uri }: vscode.TextDocument, summary: DatasetSummary, totals: TokenTotals | undefined): void {
    const item = this.#item('numbers', vscode.l10n.t('Training File'));
    const isSet = this.#services.datasetRules.formatOf(uri) !== undefined;
    item.text = headline(summary, isSet, totals);
    item.busy = !summary.complete || (totals?.missing ?? 0) > 0;
    item.command = { command: commandIds.datasetShowStatistics, title: vscode.l10n.t('Show Statistics'), arguments: [uri] };
  }

  #showCost({ uri }: vscode.TextDocument, summary: DatasetSummary, totals: TokenTotals | undefined): void {
    const estimate = this.#estimate(summary, totals);
    if (estimate === '') {
      this.#remove('cost');
      return;
    }
    const item = this.#item('cost', vscode.l10n.t('Training Cost'));
    item.text = estimate;
    item.command = { command: commandIds.jobsCreate, title: vscode.l10n.t('Create Job'), arguments: [uri] };
  }

  #showProblems({ uri }: vscode.TextDocument, { errors, warnings, information }: DatasetSummary): void {
    const item = this.#item('problems', vscode.l10n.t('Problems of the Training File'));
    const training = this.#services.leaks.trainingOf(uri);
    item.text = problemCounts(errors, warnings, information);
    item.detail = training === undefined ? '' : vscode.l10n.t('compared with {0}', posix.basename(training.path));
    const { Error, Warning, Information } = vscode.LanguageStatusSeverity;
    item.severity = errors > 0 ? Error : warnings > 0 ? Warning : Information;
    item.command =
      errors + warnings + information > 0
        ? { command: 'workbench.actions.view.problems', title: vscode.l10n.t('Show Problems') }
        : undefined;
  }

  #item(name: ItemName, title: string): vscode.LanguageStatusItem {
    const known = this.#items.get(name);
    if (known) return known;
    const item = vscode.languages.createLanguageStatusItem(`tunesmith.dataset.${name}`, ['jsonl', 'json', 'plaintext']);
    item.name = title;
    this.#items.set(name, item);
    return item;
  }

  #remove(name: ItemName): void {
    this.#items.get(name)?.dispose();
    this.#items.delete(name);
  }

  #estimate({ format, examples, complete }: DatasetSummary, totals: TokenTotals | undefined): string {
    if (format !== 'chat' || !complete || totals === undefined || totals.missing > 0) return '';
    const cost = estimateTrainingCost(this.#services.connections.current.profile, { examples, tokens: totals.tokens });
    if (cost === undefined) return '';
    const { model, estimate } = cost;
    const text = costText(estimate, vscode.env.language);
    const { likely, from } = estimate.billed.epochs;
    return from === 'assumed'
      ? vscode.l10n.t('on {0}, {1}', model, text)
      : vscode.l10n.t('{0} epochs on {1}, {2}', likely, model, text);
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

function problemCounts(errors: number, warnings: number, hints: number): string {
  const { t } = vscode.l10n;
  const parts = [
    ...(errors === 0 ? [] : [errors === 1 ? t('1 error') : t('{0} errors', errors)]),
    ...(warnings === 0 ? [] : [warnings === 1 ? t('1 warning') : t('{0} warnings', warnings)]),
    ...(hints === 0 ? [] : [hints === 1 ? t('1 hint') : t('{0} hints', hints)]),
  ];
  return parts.length === 0 ? t('no problems') : parts.join(', ');
}
