import type { ScoredToken, TokenScore } from '../../protocol/training.ts';
import { newId } from '../store/ids.ts';
import { json, type Answer, type Call, type Engine } from './call.ts';
import { parseCompletionRequest, type CompletionRequest } from './completionRequest.ts';
import { beginGeneration, toUsage, type Ending, type Head, type Usage } from './generation.ts';
import type { Generated } from './generatorHost.ts';

type Logprobs = {
  readonly tokens: string[];
  /** null for the very first token, as the service has it; the SDK's type leaves that out. */
  readonly token_logprobs: (number | null)[];
  readonly top_logprobs: (Record<string, number> | null)[];
  readonly text_offset: number[];
};

type Choice = {
  readonly text: string;
  readonly index: number;
  readonly logprobs: Logprobs | null;
  readonly finish_reason: 'stop' | 'length' | null;
};

export type TextCompletion = Head & {
  readonly object: 'text_completion';
  readonly choices: Choice[];
  readonly usage?: Usage | null;
};

/** Legacy completions: the model goes on with a text, or with tokens, that no chat template surrounds. */
export async function createCompletion(engine: Engine, call: Call): Promise<Answer> {
  const request = parseCompletionRequest(call.body);
  const id = newId.textCompletion();
  const { head, ask } = await beginGeneration(engine, request, id);
  const answer = (index: number): AsyncIterable<Generated> => {
    const prompt = request.prompts[index] ?? { kind: 'text', text: '' };
    return engine.generator.generate(ask(`${id}-${index}`, prompt, request.echo), call.signal);
  };
  const pieces = piecesOf(request, answer);
  return request.stream ? { kind: 'events', events: toChunks(head, request, pieces) } : json(await toCompletion(head, request, pieces));
}

type Piece =
  | { readonly kind: 'text'; readonly index: number; readonly text: string; readonly tokens: readonly ScoredToken[] | null }
  | { readonly kind: 'choice'; readonly index: number; readonly finishReason: 'stop' | 'length' }
  | ({ readonly kind: 'end' } & Ending);

/** The answers to one prompt after the other; `index` counts them through. */
async function* piecesOf(
  { prompts, choices }: CompletionRequest,
  answer: (index: number) => AsyncIterable<Generated>,
): AsyncGenerator<Piece, void, undefined> {
  let [promptTokens, completionTokens] = [0, 0];
  for (const promptIndex of prompts.keys()) {
    for await (const event of answer(promptIndex)) {
      if (event.kind === 'end') {
        promptTokens += event.promptTokens;
        completionTokens += event.completionTokens;
      } else {
        yield { ...event, index: promptIndex * choices + event.choice };
      }
    }
  }
  yield { kind: 'end', promptTokens, completionTokens };
}

async function* toChunks(
  head: Head,
  request: CompletionRequest,
  pieces: AsyncIterable<Piece>,
): AsyncGenerator<string, void, undefined> {
  const chunk = (choices: Choice[], usage: Usage | null = null): string => {
    const value: TextCompletion = { ...head, object: 'text_completion', choices, ...(request.includeUsage ? { usage } : {}) };
    return JSON.stringify(value);
  };
  for await (const piece of pieces) {
    if (piece.kind === 'text') {
      yield chunk([{ text: piece.text, index: piece.index, logprobs: toLogprobs(piece.tokens), finish_reason: null }]);
    } else if (piece.kind === 'choice') {
      yield chunk([{ text: '', index: piece.index, logprobs: null, finish_reason: piece.finishReason }]);
    } else if (request.includeUsage) {
      yield chunk([], toUsage(piece));
    }
  }
}

async function toCompletion(head: Head, request: CompletionRequest, pieces: AsyncIterable<Piece>): Promise<TextCompletion> {
  const wanted = request.sampling.topLogprobs !== null;
  const answers = Array.from({ length: request.prompts.length * request.choices }, () => ({
    text: '',
    tokens: [] as ScoredToken[],
    finishReason: 'stop' as 'stop' | 'length',
  }));
  let usage = toUsage({ promptTokens: 0, completionTokens: 0 });
  for await (const piece of pieces) {
    if (piece.kind === 'end') {
      usage = toUsage(piece);
      continue;
    }
    const answer = answers[piece.index];
    if (answer !== undefined && piece.kind === 'text') {
      answer.text += piece.text;
      answer.tokens.push(...(piece.tokens ?? []));
    } else if (answer !== undefined && piece.kind === 'choice') {
      answer.finishReason = piece.finishReason;
    }
  }
  const choices = answers.map(({ text, tokens, finishReason }, index) => ({
    text,
    index,
    logprobs: toLogprobs(wanted ? tokens : null),
    finish_reason: finishReason,
  }));
  return { ...head, object: 'text_completion', choices, usage };
}

function toLogprobs(tokens: readonly ScoredToken[] | null): Logprobs | null {
  if (tokens === null) {
    return null;
  }
  return {
    tokens: tokens.map(nameOf),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map((token) => topOf(token)),
    text_offset: tokens.map(({ offset }) => offset),
  };
}

/** The most likely tokens and, as the service does it, the token itself. */
function topOf({ logprob, top, ...token }: ScoredToken): Record<string, number> | null {
  if (logprob === null) {
    return null;
  }
  return Object.fromEntries([...top, { ...token, logprob }].map((told) => [nameOf(told), told.logprob]));
}

/** Bytes that are no text by themselves are marked as such, as the service does it. */
function nameOf({ text, bytes }: Pick<TokenScore, 'text' | 'bytes'>): string {
  const isText = bytes === null || Buffer.from(bytes).toString() === text;
  return isText ? text : `bytes:${text}`;
}
