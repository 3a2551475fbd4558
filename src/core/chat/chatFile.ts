import { emptyChat, isUnderWay } from './transcript.ts';
import type { Answer, AnswerStatus, AskedWith, ChatSettings, ChatState, Draft, Turn, TunedModel } from './transcript.ts';

const version = 1;

/** The chat as it is written down. */
export function toChatFile(state: ChatState): string {
  return `${JSON.stringify({ version, ...state }, null, 1)}\n`;
}

/**
 * Reads a written chat; undefined if it is none, or of a later version. Parts that cannot be read are left out rather
 * than losing the rest. An answer that was being written when the window went away counts as stopped.
 */
export function parseChatFile(text: string): ChatState | undefined {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    return undefined;
  }
  const file = toObject(stored);
  if (file?.['version'] !== version) return undefined;
  return {
    turns: parseList(file['turns'], parseTurn),
    settings: parseSettings(file['settings']),
    draft: parseDraft(file['draft']),
    cleared: parseList(file['cleared'], parseTurn),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function toObject(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function parseList<T>(value: unknown, parse: (item: unknown) => T | undefined): T[] {
  return Array.isArray(value) ? value.map(parse).filter((item) => item !== undefined) : [];
}

function parseTurn(value: unknown): Turn | undefined {
  const turn = toObject(value);
  if (typeof turn?.['id'] !== 'string' || typeof turn['question'] !== 'string') return undefined;
  const answers = parseList(turn['answers'], parseAnswer);
  if (answers.length === 0) return undefined;
  const { id, question, source, shown } = turn;
  const index = toNumber(shown);
  return {
    id,
    question,
    ...(typeof source === 'string' ? { source } : {}),
    answers,
    shown: index !== undefined && answers[index] !== undefined ? index : answers.length - 1,
  };
}

const statuses: ReadonlySet<unknown> = new Set<AnswerStatus>(['waiting', 'streaming', 'done', 'stopped', 'failed']);

function parseAnswer(value: unknown): Answer | undefined {
  const answer = toObject(value);
  const askedWith = parseAskedWith(answer?.['askedWith']);
  if (answer === undefined || askedWith === undefined || !statuses.has(answer['status'])) return undefined;
  const { id, text, status } = answer;
  if (typeof id !== 'string' || typeof text !== 'string') return undefined;
  const firstTextMs = toNumber(answer['firstTextMs']);
  const totalMs = toNumber(answer['totalMs']);
  const usage = toObject(answer['usage']);
  const [promptTokens, completionTokens] = [toNumber(usage?.['promptTokens']), toNumber(usage?.['completionTokens'])];
  const failure = toObject(answer['failure']);
  const parsed: Answer = {
    id,
    askedWith,
    status: status as AnswerStatus,
    text,
    askedAt: toNumber(answer['askedAt']) ?? 0,
    ...(firstTextMs === undefined ? {} : { firstTextMs }),
    ...(totalMs === undefined ? {} : { totalMs }),
    ...(typeof answer['finishReason'] === 'string' ? { finishReason: answer['finishReason'] } : {}),
    ...(promptTokens === undefined || completionTokens === undefined ? {} : { usage: { promptTokens, completionTokens } }),
    ...(failure === undefined ? {} : { failure: { kind: toText(failure['kind']), message: toText(failure['message']) } }),
  };
  return isUnderWay(parsed) ? { ...parsed, status: 'stopped' } : parsed;
}

function parseAskedWith(value: unknown): AskedWith | undefined {
  const fields = toObject(value);
  const model = parseModel(fields?.['model']);
  if (fields === undefined || model === undefined) return undefined;
  return {
    model,
    system: typeof fields['system'] === 'string' ? fields['system'] : '',
    temperature: toNumber(fields['temperature']) ?? 0,
    maxTokens: toNumber(fields['maxTokens']) ?? null,
    earlierTurns: fields['earlierTurns'] === true,
  };
}

function parseModel(value: unknown): TunedModel | undefined {
  const fields = toObject(value);
  const ref = toObject(fields?.['ref']);
  const [model, connectionId, jobId] = [fields?.['model'], ref?.['connectionId'], ref?.['jobId']];
  if (typeof model !== 'string' || typeof connectionId !== 'string' || typeof jobId !== 'string') return undefined;
  const checkpoint = toNumber(fields?.['checkpoint']);
  return { model, ref: { connectionId, jobId }, ...(checkpoint === undefined ? {} : { checkpoint }) };
}

function parseSettings(value: unknown): ChatSettings {
  const fields = toObject(value);
  const defaults = emptyChat.settings;
  if (fields === undefined) return defaults;
  const { system, earlierTurns } = fields;
  return {
    model: parseModel(fields['model']) ?? null,
    system: typeof system === 'string' ? system : null,
    temperature: toTemperature(fields['temperature']) ?? defaults.temperature,
    maxTokens: toMaxTokens(fields['maxTokens']) ?? null,
    earlierTurns: typeof earlierTurns === 'boolean' ? earlierTurns : null,
  };
}

function parseDraft(value: unknown): Draft {
  const fields = toObject(value);
  const text = fields?.['text'];
  return { text: typeof text === 'string' ? text : '', editedAt: toNumber(fields?.['editedAt']) ?? 0 };
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function toNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A temperature as OpenAI takes it, from 0 to 2; undefined for anything else. */
export function toTemperature(value: unknown): number | undefined {
  const number = toNumber(value);
  return number !== undefined && number >= 0 && number <= 2 ? number : undefined;
}

/** A positive whole number of tokens; undefined for anything else. */
export function toMaxTokens(value: unknown): number | undefined {
  const number = toNumber(value);
  return number !== undefined && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
