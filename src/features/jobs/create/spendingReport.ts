import * as vscode from 'vscode';
import { heldBy, monthOf, type Spending } from '../../../core/cost/ledger.ts';
import { dollarsText } from '../../../messages/cost.ts';
import { reportError } from '../../../platform/errorReport.ts';
import { caps } from '../../../platform/spending.ts';
import type { CreateServices } from './services.ts';

type ReportServices = Pick<CreateServices, 'spending' | 'log'>;

/** Months and jobs, estimate against bill, as a document that nobody has to save. */
export class SpendingReport implements vscode.Disposable {
  readonly #services: ReportServices;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;
  readonly #uri = vscode.Uri.from({ scheme: 'tunesmith-spending', path: '/Spending.md' });

  constructor(services: ReportServices) {
    this.#services = services;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(this.#uri.scheme, {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: async () => spendingReport(await services.spending.all(), Date.now()),
    });
  }

  /** The command «Show Spending». */
  async show(): Promise<void> {
    try {
      this.#changed.fire(this.#uri);
      await vscode.window.showTextDocument(this.#uri);
    } catch (error) {
      await reportError(vscode.l10n.t('The spending could not be read'), error, this.#services.log);
    }
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

function spendingReport(all: readonly Spending[], now: number): string {
  const locale = vscode.env.language;
  const money = (dollars: number): string => dollarsText(dollars, locale);
  const { perMonth, perJob } = caps();
  const months = [...new Set([monthOf(now), ...all.map(({ at }) => monthOf(at)).toReversed()])];
  const limit = (value: number | undefined): string => (value === undefined ? vscode.l10n.t('none') : money(value));
  const head = [
    `# ${vscode.l10n.t('Spending on fine-tuning')}`,
    '',
    vscode.l10n.t('Limits: {0} per job, {1} per month. Months are those of UTC.', limit(perJob), limit(perMonth)),
    vscode.l10n.t('A bill is trained tokens × price; what a service really charges stands in its own console.'),
  ];
  const sections = months.map((month) => {
    const own = all.filter(({ at }) => monthOf(at) === month).toReversed();
    const sum = own.reduce((total, one) => total + heldBy(one), 0);
    const columns = [vscode.l10n.t('Date'), vscode.l10n.t('Job'), vscode.l10n.t('Model'), vscode.l10n.t('Estimate'), vscode.l10n.t('Bill')];
    const rows = own.map((one) => {
      const date = new Date(one.at).toISOString().slice(0, 10);
      const bill = one.billed === undefined ? vscode.l10n.t('not yet') : money(one.billed);
      const estimate = one.high > one.likely ? `${money(one.likely)} (≤ ${money(one.high)})` : money(one.likely);
      return [date, one.job ?? vscode.l10n.t('answer lost'), one.model, estimate, bill].map((cell) => cell.replaceAll('|', '\\|'));
    });
    const table = rows.length === 0 ? [vscode.l10n.t('Nothing.')] : tableOf(columns, rows);
    return ['', `## ${month}: ${money(sum)}`, '', ...table].join('\n');
  });
  return `${[...head, ...sections].join('\n')}\n`;
}

/** Lines of Markdown with aligned columns: it is read in an editor. */
function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
