import type { Prompt } from '../../protocol/training.ts';
import { badField } from './apiError.ts';
import { booleanField, field, numberField, requiredString, stringField } from './fields.ts';
import { parseChoices, parseSampling, parseStreaming, tokenCount, type GenerationRequest } from './generationRequest.ts';
import type { JsonObject } from './jsonBody.ts';
import { limits } from './limits.ts';

export type CompletionRequest = GenerationRequest & { readonly prompts: readonly Prompt[]; readonly echo: boolean };

/** As long as the service's own answers where nothing is said. */
const defaultMaxTokens = 16;

/** @throws ApiError 400 that names the field */
export function parseCompletionRequest(body: JsonObject): CompletionRequest {
  const choices = parseChoices(body);
  const bestOf = numberField(body, 'best_of', { min: 1, max: limits.choices, integer: true });
  if (bestOf !== undefined && bestOf !== choices) {
    throw badField('best_of', "Unsupported 'best_of': every answer is given back, so only the value of 'n' is available.", 'unsupported_value');
  }
  if ((stringField(body, 'suffix') ?? '') !== '') {
    throw badField('suffix', "Unsupported 'suffix': this model does not fill in text before an end.", 'unsupported_value');
  }
  const echo = booleanField(body, 'echo') ?? false;
  const prompts = promptsOf(field(body, 'prompt'));
  if (prompts.length * choices > limits.choices) {
    const message = `Invalid 'n': at most ${limits.choices} answers are given to a request, but ${prompts.length * choices} were asked for.`;
    throw badField('n', message, 'invalid_value');
  }
  return {
    model: requiredString(body, 'model'),
    prompts,
    echo,
    choices,
    ...parseStreaming(body),
    sampling: {
      ...parseSampling(body),
      // Nothing but the prompt is what one asks for to see its probabilities.
      maxTokens: numberField(body, 'max_tokens', { ...tokenCount, min: echo ? 0 : 1 }) ?? defaultMaxTokens,
      topLogprobs: numberField(body, 'logprobs', { min: 0, max: 5, integer: true }) ?? null,
    },
  };
}

/** A text, texts, the tokens of one prompt, or those of several; none is an empty text. */
function promptsOf(prompt: unknown): readonly Prompt[] {
  if (prompt === undefined) {
    return [{ kind: 'text', text: '' }];
  }
  if (typeof prompt === 'string') {
    return [{ kind: 'text', text: prompt }];
  }
  if (isTokens(prompt)) {
    return [{ kind: 'tokens', tokens: prompt }];
  }
  const list: readonly unknown[] = Array.isArray(prompt) ? prompt : [];
  if (list.length > limits.choices) {
    throw badField('prompt', `Invalid 'prompt': expected at most ${limits.choices} prompts, but got ${list.length}.`, 'invalid_value');
  }
  if (list.length > 0 && list.every((text) => typeof text === 'string')) {
    return list.map((text) => ({ kind: 'text', text }));
  }
  if (list.length > 0 && list.every(isTokens)) {
    return list.map((tokens) => ({ kind: 'tokens', tokens }));
  }
  throw badField('prompt', "Invalid 'prompt': expected a text, an array of texts, an array of tokens, or an array of such arrays.", 'invalid_type');
}

function isTokens(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((token) => Number.isSafeInteger(token) && token >= 0);
}
