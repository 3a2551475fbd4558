import * as vscode from 'vscode';
import { billOf } from '../../../core/cost/estimate.ts';
import { heldBy, monthOf, type Spending } from '../../../core/cost/ledger.ts';
import { requestIdKey } from '../../../core/jobs/jobOrigin.ts';
import { isTerminal } from '../../../core/jobs/jobStatus.ts';
import type { WireJob } from '../../../core/providers/wire.ts';
import { dollarsText } from '../../../messages/cost.ts';
import { reportError } from '../../../platform/errorReport.ts';
import { caps } from '../../../platform/spending.ts';
import type { CreateServices } from './services.ts';

type WatchServices = Pick<CreateServices, 'jobStore' | 'spending' | 'log'>;

/**
 * Writes the bill of each job into the ledger once the job has ended and its tokens are told, or the sum itself. A job
 * whose answer was lost is known by the id of its request.
 */
export function watchSpending({ jobStore, spending, log }: WatchServices): vscode.Disposable {
  const billed = new Set<string>();
  const recognized = new Set<string>();
  const recognize = async (connectionId: string): Promise<void> => {
    const named = jobStore.list(connectionId).flatMap(({ job }) => {
      const request = job.metadata?.[requestIdKey];
      return request === undefined || recognized.has(job.id) ? [] : [{ request, job: job.id }];
    });
    if (named.length === 0) return;
    for (const { job } of named) recognized.add(job);
    const lost = new Set((await spending.all()).filter(({ job }) => job === undefined).map(({ id }) => id));
    for (const { request, job } of named) {
      if (lost.has(request)) await spending.append({ kind: 'created', id: request, at: Date.now(), job });
    }
  };
  const bill = async (connectionId: string): Promise<void> => {
    const ended = jobStore.list(connectionId).filter(({ job }) => isTerminal(job) && !billed.has(job.id));
    if (ended.length === 0) return;
    for (const { job } of ended) billed.add(job.id);
    const open = (await spending.all()).filter(({ connection, job, billed: dollars }) => connection === connectionId && job !== undefined && dollars === undefined);
    for (const { id, job: jobId, price } of open) {
      const job = ended.find(({ job: { id: one } }) => one === jobId)?.job;
      const dollars = job && billOfJob(job, price);
      if (job !== undefined && dollars !== undefined) {
        await spending.append({ kind: 'billed', id, at: Date.now(), dollars, tokens: job.trained_tokens ?? 0 });
      }
    }
  };
  return jobStore.onDidChange((change) => {
    if (change.kind === 'jobChanged' && !change.fields.has('status') && !change.fields.has('trained_tokens')) return;
    const connectionId = change.kind === 'listChanged' ? change.connectionId : change.ref.connectionId;
    if (change.kind === 'jobChanged') billed.delete(change.ref.jobId);
    const noted = recognize(connectionId).then(() => bill(connectionId));
    noted.catch((error: unknown) => log.error('A bill could not be noted', error));
  });
}

/** Undefined while nobody can tell. A job that failed or was cancelled before it trained is billed nothing. */
function billOfJob({ status, trained_tokens: tokens, total_price: sum }: WireJob, price: number | undefined): number | undefined {
  if (sum != null) return sum;
  const billed = tokens ?? (status === 'succeeded' ? null : 0);
  return price === undefined && billed !== 0 ? undefined : billOf(billed, price ?? 0);
}

/** Months and jobs, estimate against bill, as a document that nobody has to save. */
export class SpendingReport implements vscode.Disposable {
  readonly #services: WatchServices;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;
  readonly #uri = vscode.Uri.from({ scheme: 'tunesmith-spending', path: '/Spending.md' });

  constructor(services: WatchServices) {
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
