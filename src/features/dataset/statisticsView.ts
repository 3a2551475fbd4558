import * as vscode from 'vscode';
import { mostLines, type StatisticsReport } from '../../core/dataset/statistics.ts';
import { formatName } from '../../messages/datasetWords.ts';
import { numberFormat } from '../../messages/numberFormat.ts';
import type { StatisticsStrings, StatisticsView } from '../../protocol/statistics.ts';

/** How far a report is. */
export type StatisticsFacts =
  | { readonly phase: 'reading'; readonly share: number }
  | { readonly phase: 'counting'; readonly canStop: boolean }
  | { readonly phase: 'done' }
  | { readonly phase: 'stopped' }
  | { readonly phase: 'failed'; readonly reason: string };

/** A report with what must be said about it, in words. */
export function toStatisticsView(
  uri: vscode.Uri,
  report: StatisticsReport | undefined,
  facts: StatisticsFacts,
): StatisticsView {
  const path = vscode.workspace.asRelativePath(uri);
  return {
    title: uri.path.split('/').at(-1) ?? path,
    subtitle: path,
    activity: toActivity(facts, report),
    remarks: toRemarks(facts, report),
    report: report ?? null,
  };
}

function toActivity(facts: StatisticsFacts, report: StatisticsReport | undefined): StatisticsView['activity'] {
  if (facts.phase === 'reading') {
    return { text: vscode.l10n.t('Reading the file…'), share: facts.share, canStop: true };
  }
  if (facts.phase !== 'counting' || report === undefined || report.missingTokens === 0) return null;
  const { example } = report.states;
  const missing = numberFormat(vscode.env.language).format(report.missingTokens);
  return {
    text:
      report.missingTokens === 1
        ? vscode.l10n.t('Counting tokens, 1 example to go…')
        : vscode.l10n.t('Counting tokens, {0} examples to go…', missing),
    share: example > 0 ? 1 - report.missingTokens / example : null,
    canStop: facts.canStop,
  };
}

function toRemarks(facts: StatisticsFacts, report: StatisticsReport | undefined): StatisticsView['remarks'] {
  const { t } = vscode.l10n;
  const number = numberFormat(vscode.env.language);
  const remarks: StatisticsView['remarks'][number][] = [];
  if (facts.phase === 'failed') {
    remarks.push({ tone: 'error', text: t('The file could not be read: {0}', facts.reason), canRetry: true });
  }
  if (facts.phase === 'stopped') {
    const lines = number.format(report?.lines ?? 0);
    remarks.push({ tone: 'warning', text: t('You stopped this. It is about the first {0} lines, and tokens may be missing.', lines), canRetry: true });
  }
  if (report === undefined || facts.phase === 'reading') return remarks;
  if (report.truncated) {
    remarks.push({ tone: 'warning', text: t('This is about the first {0} lines; the file goes on.', number.format(mostLines)) });
  }
  if (facts.phase !== 'failed' && report.states.example === 0) {
    remarks.push({ tone: 'warning', text: t('No line of this file is an example: each line of a training file is one JSON object.') });
  }
  const uncounted = report.states.example - report.missingTokens - (report.measures.tokens?.count ?? 0);
  if (facts.phase === 'done' && uncounted > 0) {
    const text =
      uncounted === report.states.example
        ? t('Tokens are known for chat examples only, so lengths are in characters.')
        : t('Tokens of {0} examples cannot be counted, since they are no chat examples or show images.', number.format(uncounted));
    remarks.push({ tone: 'info', text });
  }
  return remarks;
}

/** Every word of the page, in the language of VS Code. */
export function createStatisticsStrings(): StatisticsStrings {
  const { t } = vscode.l10n;
  return {
    stop: t('Stop'),
    retry: t('Try Again'),
    examples: t('Examples'),
    tokens: t('Tokens'),
    moreThan: t('more than {0}', '{0}'),
    repeated: t('Repeated'),
    repeatedNote: t('copies of other examples'),
    noLineOf: t('Lines that are no examples'),
    blank: t('Blank lines'),
    broken: t('No JSON object'),
    overlong: t('Too long to read'),
    tokensTitle: t('Tokens per example'),
    turnsTitle: t('Turns per example'),
    turnsNote: t('Messages other than instructions'),
    charactersTitle: t('Characters per example'),
    spread: t('median {0}, 95% up to {1}, longest {2}', '{0}', '{1}', '{2}'),
    bucket: t('{0} to {1}', '{0}', '{1}'),
    bucketExamples: t('{0}: {1} examples ({2})', '{0}', '{1}', '{2}'),
    range: t('Range'),
    share: t('Share'),
    partOf: t('{0} ({1})', '{0}', '{1}'),
    table: t('Show as table'),
    rolesTitle: t('Roles'),
    roleValue: t('{0} messages in {1} examples', '{0}', '{1}'),
    noRole: t('no role'),
    otherRoles: t('other roles'),
    systemsTitle: t('System prompts'),
    systemsNote: t('{0} different', '{0}'),
    noSystem: t('no system prompt'),
    otherSystems: t('other system prompts'),
    emptySystem: t('empty system prompt'),
    longestTitle: t('Longest examples'),
    line: t('Line {0}', '{0}'),
    lineTokens: t('{0} tokens', '{0}'),
    lineCharacters: t('{0} characters', '{0}'),
    duplicatesTitle: t('Exact duplicates'),
    duplicatesNote: t('{0} examples occur more than once', '{0}'),
    noDuplicates: t('No example occurs twice.'),
    times: t('{0} times', '{0}'),
    formatsTitle: t('Formats'),
    chat: formatName('chat'),
    preference: formatName('preference'),
    reinforcement: formatName('reinforcement'),
    completion: formatName('completion'),
    noFormat: t('no known format'),
    info: t('Note'),
    warning: t('Warning'),
    error: t('Error'),
  };
}
