import * as vscode from 'vscode';
import { sameModel, shownAnswer, type Answer, type ChatState, type Turn } from '../../core/chat/transcript.ts';
import type { AnswerView, TurnView } from '../../protocol/chat.ts';
import { toModelName } from './tunedModels.ts';

const { t } = vscode.l10n;

/** A turn as the page shows it; undefined for a turn without answers, which there is not. */
export function toTurnView(turn: Turn, state: ChatState): TurnView | undefined {
  const answer = shownAnswer(turn);
  if (answer === undefined) return undefined;
  return {
    id: turn.id,
    question: turn.question,
    ...(turn.source === undefined ? {} : { source: turn.source }),
    answer: toAnswerView(answer, state),
    shown: turn.answers.indexOf(answer),
    answerCount: turn.answers.length,
  };
}

function toAnswerView(answer: Answer, state: ChatState): AnswerView {
  const { id, status, text, failure, askedWith } = answer;
  const model = toModelName(askedWith.model);
  // How long it took to fail is no measure of the model.
  const figures = status === 'failed' && text === '' ? '' : toFigures(answer);
  const note = toNote(answer);
  return {
    id,
    status,
    text,
    model,
    // Which model answered is worth a place where it is not the one named above.
    figures: sameModel(askedWith.model, state.settings.model) ? figures : [model, figures].filter(Boolean).join(' · '),
    figuresDetail: toFiguresDetail(answer, model),
    ...(note === undefined ? {} : { note }),
    ...(failure === undefined
      ? {}
      : { failure: { message: failure.message, needsKey: failure.kind === 'unauthorized' } }),
  };
}

function toSeconds(milliseconds: number): string {
  const digits = milliseconds < 10_000 ? 1 : 0;
  return (milliseconds / 1000).toLocaleString(vscode.env.language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** `51 + 130 tokens · 2.3 s · 56 tokens/s`: prompt and answer, the whole time, answer tokens in that time. */
function toFigures({ usage, totalMs }: Answer): string {
  const { language } = vscode.env;
  const parts: string[] = [];
  if (usage !== undefined) {
    const [prompt, completion] = [usage.promptTokens, usage.completionTokens].map((count) => count.toLocaleString(language));
    parts.push(t('{0} + {1} tokens', prompt ?? '', completion ?? ''));
  }
  if (totalMs !== undefined) parts.push(t('{0} s', toSeconds(totalMs)));
  if (usage !== undefined && totalMs !== undefined && totalMs > 0 && usage.completionTokens > 0) {
    const speed = usage.completionTokens / (totalMs / 1000);
    parts.push(t('{0} tokens/s', speed.toLocaleString(language, { maximumFractionDigits: speed < 10 ? 1 : 0 })));
  }
  return parts.join(' · ');
}

function toFiguresDetail({ usage, totalMs, firstTextMs, askedWith }: Answer, model: string): string {
  const { language } = vscode.env;
  const lines = [model];
  lines.push(
    usage === undefined
      ? t('The service did not count the tokens.')
      : t(
          '{0} tokens in the question with its system prompt, {1} in the answer',
          usage.promptTokens.toLocaleString(language),
          usage.completionTokens.toLocaleString(language),
        ),
  );
  if (firstTextMs !== undefined) lines.push(t('First text after {0} s', toSeconds(firstTextMs)));
  if (totalMs !== undefined) lines.push(t('Complete after {0} s', toSeconds(totalMs)));
  lines.push(t('Temperature {0}', askedWith.temperature.toLocaleString(language)));
  if (askedWith.earlierTurns) lines.push(t('Earlier turns were sent along'));
  return lines.join('\n');
}

function toNote({ status, finishReason }: Answer): string | undefined {
  if (status === 'stopped') return t('Stopped.');
  if (finishReason === 'length') return t('Cut off: the answer reached the most tokens allowed.');
  if (finishReason === 'content_filter') return t('Cut off by the service’s content filter.');
  return undefined;
}
