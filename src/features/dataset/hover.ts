import * as vscode from 'vscode';
import type { ExampleTokens } from '../../core/tokens/chatTokens.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { abortOnCancel } from '../../platform/disposables.ts';
import { longestCounted, type TokenCounter } from '../../platform/tokenCounter.ts';

/** Messages of one example told one by one; the rest is summed up. */
const toldMessages = 12;

/** What an example costs, message by message, over the beginning of its line. */
export class ExampleHover implements vscode.HoverProvider {
  readonly #datasets: Datasets;
  readonly #tokens: TokenCounter;

  constructor(services: { readonly datasets: Datasets; readonly tokens: TokenCounter }) {
    this.#datasets = services.datasets;
    this.#tokens = services.tokens;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const { text, range } = document.lineAt(position);
    // Over the whole line it would stand in the way of every word.
    const start = document.getWordRangeAtPosition(position, /^\s*\{\s*"[^"]*"?/);
    if (!this.#datasets.isDataset(document) || start === undefined || text.length > longestCounted) return undefined;
    const abort = abortOnCancel(token);
    try {
      const tokens = await this.#tokens.explain(text, abort.signal);
      return tokens === null ? undefined : new vscode.Hover(toMarkdown(tokens), start.intersection(range));
    } catch {
      // Cancelled, or the worker ended: the person hovers again.
      return undefined;
    } finally {
      abort.dispose();
    }
  }
}

function toMarkdown({ total, trained, messages }: ExampleTokens): vscode.MarkdownString {
  const count = new Intl.NumberFormat(vscode.env.language);
  const markdown = new vscode.MarkdownString();
  markdown.appendMarkdown(
    vscode.l10n.t('**{0} tokens**, {1} of them trained on', count.format(total), count.format(trained)),
  );
  markdown.appendMarkdown(`\n\n| | ${vscode.l10n.t('Tokens')} | |\n| --- | ---: | --- |\n`);
  for (const { role, tokens, trained: isTrained } of messages.slice(0, toldMessages)) {
    markdown.appendMarkdown('| ');
    markdown.appendText(role.slice(0, 40).replaceAll('|', ' '));
    markdown.appendMarkdown(` | ${count.format(tokens)} | ${isTrained ? vscode.l10n.t('trained on') : ''} |\n`);
  }
  if (messages.length > toldMessages) {
    const rest = messages.slice(toldMessages).reduce((sum, { tokens }) => sum + tokens, 0);
    markdown.appendMarkdown(
      `| ${vscode.l10n.t('{0} more', messages.length - toldMessages)} | ${count.format(rest)} | |\n`,
    );
  }
  markdown.appendMarkdown(`\n${vscode.l10n.t('As OpenAI’s models count (o200k); other models count differently.')}`);
  return markdown;
}
