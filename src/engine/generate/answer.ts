import type { GenerateRequest, GeneratorEvent, ScoredToken } from '../../protocol/training.ts';
import type { Model } from '../model/modelFolder.ts';
import { Random } from '../model/random.ts';
import { endToken } from '../model/template.ts';
import { AnswerText } from './answerText.ts';
import type { Cache, Forward } from './forward.ts';
import { firstToken, scoredToken } from './logprobs.ts';
import { adjusted, sample } from './sampling.ts';

export type Loaded = { readonly model: Model; readonly forward: Forward };

type Emit = (event: GeneratorEvent) => void;

/** What is known when the prompt was read; `scores` are of the first token to follow it. */
type Read = { readonly cache: Cache; readonly scores: Float32Array; readonly tokens: readonly ScoredToken[]; readonly text: string };

/**
 * Computes the answers to a request and emits them, with the `end` last. Each step of the iterator computes one token:
 * requests share the working memory of `forward`, so from a token to its scores nobody else may come between.
 * The prompt holds at least one token and leaves room in the context for one more.
 */
export function* answerSteps(
  request: GenerateRequest,
  prompt: readonly number[],
  loaded: Loaded,
  signal: AbortSignal,
  emit: Emit,
): Generator<void, void, undefined> {
  const { id } = request;
  const seed = request.seed ?? Math.floor(Math.random() * 2 ** 32);
  let completionTokens = 0;
  const read = yield* readPrompt(request, prompt, loaded, signal);
  for (let choice = 0; choice < request.choices && !signal.aborted; choice += 1) {
    read.cache.length = prompt.length;
    const random = choice === 0 ? new Random(seed) : new Random(seed).fork(choice);
    completionTokens += yield* oneAnswer(request, choice, read, random, loaded, signal, emit);
  }
  emit({ kind: 'end', id, promptTokens: prompt.length, completionTokens });
}

function* readPrompt(
  { echo, topLogprobs, prompt: asked }: GenerateRequest,
  prompt: readonly number[],
  { model, forward }: Loaded,
  signal: AbortSignal,
): Generator<void, Read, undefined> {
  const { vocabulary } = model;
  const cache = forward.newCache();
  const text = new AnswerText([]);
  const tokens: ScoredToken[] = [];
  for (const [position, token] of prompt.entries()) {
    if (signal.aborted) {
      break;
    }
    text.push(vocabulary.bytesOf(token));
    // The token in front of a text prompt is ours, not the client's.
    if (position === 0 && asked.kind === 'tokens') {
      tokens.push(firstToken(token, vocabulary));
    }
    forward.append(token, cache);
    const next = prompt[position + 1];
    if (next !== undefined) {
      if (echo && topLogprobs !== null) {
        tokens.push(scoredToken(forward.logits(), next, topLogprobs, vocabulary, text.length));
      }
      yield;
    }
  }
  return { cache, scores: forward.logits().slice(), tokens, text: echo ? vocabulary.decode(prompt) : '' };
}

/** Returns the number of tokens it has drawn. */
function* oneAnswer(
  request: GenerateRequest,
  choice: number,
  { cache, scores: firstScores, tokens: promptTokens, text: promptText }: Read,
  random: Random,
  { model, forward }: Loaded,
  signal: AbortSignal,
  emit: Emit,
): Generator<void, number, undefined> {
  const { id, topLogprobs } = request;
  const { vocabulary } = model;
  const room = model.config.contextLength - cache.length;
  const limit = request.maxTokens === null ? room : Math.min(room, request.maxTokens);
  const answer = new AnswerText(request.stop);
  const drawn = new Map<number, number>();
  /** Tokens of which nothing was shown yet. */
  let waiting: ScoredToken[] = [];
  const show = (text: string, told: readonly ScoredToken[]): void => {
    if (text !== '' || told.length > 0) {
      emit({ kind: 'text', id, choice, text, tokens: topLogprobs === null ? null : told });
    }
  };
  const showMore = (text: string): void => {
    const end = promptText.length + answer.shown;
    show(text, waiting.filter((token) => token.offset < end));
    waiting = waiting.filter((token) => token.offset >= end);
  };
  if (request.echo) {
    show(promptText, promptTokens);
  }
  let count = 0;
  let finishReason: 'stop' | 'length' = 'length';
  let scores = firstScores;
  while (count < limit && !signal.aborted) {
    const token = sample(adjusted(scores, drawn, request), request, random);
    count += 1;
    drawn.set(token, (drawn.get(token) ?? 0) + 1);
    if (token === endToken) {
      finishReason = 'stop';
      break;
    }
    if (topLogprobs !== null) {
      waiting.push(scoredToken(scores, token, topLogprobs, vocabulary, promptText.length + answer.length));
    }
    showMore(answer.push(vocabulary.bytesOf(token)));
    if (answer.stopped) {
      finishReason = 'stop';
      break;
    }
    if (count < limit) {
      yield;
      forward.append(token, cache);
      scores = forward.logits();
    }
  }
  const rest = answer.end();
  if (answer.stopped) {
    // What belongs to the stop text alone is as hidden as the text.
    showMore(rest);
  } else {
    show(rest, waiting);
  }
  emit({ kind: 'choice', id, choice, finishReason });
  return count;
}
