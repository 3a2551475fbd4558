import * as vscode from 'vscode';
import type { ExampleTokens } from '../../core/tokens/chatTokens.ts';
import { shown } from '../../messages/plainText.ts';
import { numberFormat } from '../../messages/numberFormat.ts';
import type { Connections } from '../../platform/connections.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { abortOnCancel } from '../../platform/disposables.ts';
import { longestCounted, type TokenCounter } from '../../platform/tokenCounter.ts';
import type { DatasetTokens } from './datasetTokens.ts';
import { estimateTrainingCost } from './trainingCost.ts';

/** Messages of one example told one by one; the rest is summed up. */
const toldMessages = 12;

type HoverServices = {
  readonly datasets: Datasets;
  readonly tokens: TokenCounter;
  readonly counted: DatasetTokens;
  readonly connections: Pick<Connections, 'current'>;
};

/** What an example costs, message by message, over the beginning of its line. */
export class ExampleHover implements vscode.HoverProvider {
  readonly #services: HoverServices;

  constructor(services: HoverServices) {
    this.#services = services;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const { text, range } = document.lineAt(position);
    // Over the whole line it would stand in the way of every word.
    const start = document.getWordRangeAtPosition(position, /^\s*\{\s*"[^"]*"?/);
    if (!this.#services.datasets.isDataset(document) || start === undefined || text.length > longestCounted) return undefined;
    const abort = abortOnCancel(token);
    try {
      const tokens = await this.#services.tokens.explain(text, abort.signal);
      if (tokens === null) return undefined;
      return new vscode.Hover(toMarkdown(tokens, this.#share(document, tokens.total)), start.intersection(range));
    } catch {
      // Cancelled, or the worker ended: the person hovers again.
      return undefined;
    } finally {
      abort.dispose();
    }
  }

  /** What of the file, and of the price of training on it, an example is; empty until all lines are counted. */
  #share(document: vscode.TextDocument, tokens: number): string {
    const totals = this.#services.counted.totals(document);
    const examples = this.#services.datasets.openDataset(document.uri)?.core.summary().examples;
    if (totals === undefined || totals.missing > 0 || totals.tokens === 0 || examples === undefined) return '';
    const share = inPercent(tokens / totals.tokens);
    const cost = estimateTrainingCost(this.#services.connections.current.profile, { examples, tokens: totals.tokens });
    if (cost?.estimate.kind !== 'dollars') return vscode.l10n.t('{0} of the tokens of the file', share);
    const { model, estimate } = cost;
    const dollars = inDollars((estimate.dollars.likely * tokens) / totals.tokens);
    return vscode.l10n.t(
      '{0} of the tokens of the file: about {1} for {2} epochs on {3}',
      ...[share, dollars, estimate.billed.epochs.likely, model],
    );
  }
}

function inPercent(share: number): string {
  return numberFormat(vscode.env.language, { style: 'percent', maximumSignificantDigits: 2 }).format(share);
}

/** A single example costs a fraction of a cent. */
function inDollars(amount: number): string {
  return numberFormat(vscode.env.language, { style: 'currency', currency: 'USD', maximumSignificantDigits: 2 }).format(amount);
}

function toMarkdown({ total, trained, messages }: ExampleTokens, share: string): vscode.MarkdownString {
  const count = numberFormat(vscode.env.language);
  const markdown = new vscode.MarkdownString();
  markdown.appendMarkdown(
    vscode.l10n.t('**{0} tokens**, {1} of them trained on', count.format(total), count.format(trained)),
  );
  markdown.appendMarkdown(`\n\n| | ${vscode.l10n.t('Tokens')} | |\n| --- | ---: | --- |\n`);
  for (const { role, tokens, trained: isTrained } of messages.slice(0, toldMessages)) {
    markdown.appendMarkdown('| ');
    appendRole(markdown, shown(role, 40));
    markdown.appendMarkdown(` | ${count.format(tokens)} | ${isTrained ? vscode.l10n.t('trained on') : ''} |\n`);
  }
  if (messages.length > toldMessages) {
    const rest = messages.slice(toldMessages).reduce((sum, { tokens }) => sum + tokens, 0);
    markdown.appendMarkdown(
      `| ${vscode.l10n.t('{0} more', messages.length - toldMessages)} | ${count.format(rest)} | |\n`,
    );
  }
  if (share !== '') markdown.appendMarkdown(`\n${share}\n`);
  markdown.appendMarkdown(`\n${vscode.l10n.t('As OpenAI’s models count (o200k); other models count differently.')}`);
  return markdown;
}

/** What is no word may be anything; code makes no links of it, and no cell of a table ends in it. */
function appendRole(markdown: vscode.MarkdownString, role: string): void {
  if (/^\w*$/.test(role)) markdown.appendText(role);
  else markdown.appendMarkdown(`\`${role.replaceAll(/[`|\\]/g, ' ')}\``);
}
