import type { OpenAI } from 'openai';
import { ServiceError, type ChatPart, type ChatRequest, type ServiceOptions } from '../core/providers/port.ts';
import type { Usage } from '../core/providers/wire.ts';
import { invalidAnswer, toServiceError, webPage } from './errors.ts';
import { isFields, toList, toNumber } from './fields.ts';

/** Milliseconds until the first byte of an answer; Node's `fetch` itself gives up after five minutes. */
const answerTimeout = 300_000;

type Params = Parameters<OpenAI['chat']['completions']['create']>[0] & { readonly stream: true };

/**
 * One answer as it comes. Ends with exactly one 'end' part or throws a ServiceError: the SDK ends a stream that was
 * aborted or closed too early like a good one, so both are told apart here.
 */
export async function* streamChat(
  client: OpenAI,
  options: ServiceOptions,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ChatPart, void, undefined> {
  let finishReason: string | null = null;
  let usage: Usage | null = null;
  let isComplete = false;
  try {
    const pending = client.chat.completions.create(toParams(options, request), {
      signal,
      maxRetries: 0,
      timeout: answerTimeout,
    });
    const { data: stream, response } = await pending.withResponse();
    if (response.headers.get('content-type')?.includes('text/html') === true) {
      await response.body?.cancel();
      throw webPage();
    }
    const chunks = isJson(response) ? wholeAnswer(response) : (stream as AsyncIterable<unknown>);
    for await (const chunk of chunks) {
      const part = readChunk(chunk);
      finishReason = part.finishReason ?? finishReason;
      usage = part.usage ?? usage;
      isComplete ||= part.finishReason !== null || (part.usage !== null && !part.hasChoice);
      if (part.text !== '') yield { kind: 'text', text: part.text };
      if (signal.aborted) break;
    }
  } catch (error) {
    // Half an event is what a connection leaves behind that ends in the middle of it.
    if (error instanceof SyntaxError && !signal.aborted) throw cutOff();
    throw toServiceError(error, signal, options.apiKey);
  }
  if (signal.aborted) throw toServiceError(undefined, signal, options.apiKey);
  if (!isComplete) throw cutOff();
  yield { kind: 'end', finishReason, usage };
}

function cutOff(): ServiceError {
  return new ServiceError('The answer ended before it was complete.', { kind: 'cutOff' });
}

function toParams(options: ServiceOptions, request: ChatRequest): Params {
  const field = options.maxTokensField ?? 'max_completion_tokens';
  return {
    model: request.model,
    // The port's message is the part of the SDK's that every service knows; a tool's message needs more.
    messages: request.messages as Params['messages'],
    temperature: request.temperature,
    ...(request.maxTokens === undefined ? {} : { [field]: request.maxTokens }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

function isJson(response: Response): boolean {
  return response.headers.get('content-type')?.includes('application/json') === true;
}

/** A service that does not stream answers with one completion, or with an error that it calls a success. */
async function* wholeAnswer(response: Response): AsyncGenerator<unknown, void, undefined> {
  const body: unknown = await response.json();
  if (!isFields(body) || !Array.isArray(body['choices'])) throw invalidAnswer('The answer is no chat completion.');
  yield body;
}

type ChunkParts = {
  readonly hasChoice: boolean;
  readonly text: string;
  readonly finishReason: string | null;
  readonly usage: Usage | null;
};

function readChunk(chunk: unknown): ChunkParts {
  const fields = isFields(chunk) ? chunk : {};
  const choice = toList(fields['choices'])[0];
  const usage = parseUsage(fields['usage']);
  if (!isFields(choice)) return { hasChoice: false, text: '', finishReason: null, usage };
  const delta = isFields(choice['delta']) ? choice['delta'] : isFields(choice['message']) ? choice['message'] : {};
  const { content, refusal } = delta;
  const text = (typeof content === 'string' ? content : '') + (typeof refusal === 'string' ? refusal : '');
  const reason = choice['finish_reason'];
  const finishReason = typeof reason === 'string' && reason !== '' ? reason : null;
  return { hasChoice: true, text, finishReason, usage };
}

function parseUsage(value: unknown): Usage | null {
  if (!isFields(value)) return null;
  const prompt = toNumber(value['prompt_tokens']);
  const completion = toNumber(value['completion_tokens']);
  if (prompt === null || completion === null) return null;
  const total = toNumber(value['total_tokens']) ?? prompt + completion;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total };
}
