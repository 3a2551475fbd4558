import * as vscode from 'vscode';

/**
 * Appends what somebody else wrote as text, not as Markdown. Its spaces stay spaces: `appendText` makes them such
 * that a line breaks inside of words.
 */
export function appendWords(markdown: vscode.MarkdownString, text: string): void {
  const escaped = new vscode.MarkdownString('', markdown.supportThemeIcons);
  escaped.appendText(text.replace(/\s+/g, ' '));
  markdown.appendMarkdown(escaped.value.replaceAll('&nbsp;', ' '));
}
