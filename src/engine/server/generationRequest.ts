import type { SamplingSettings } from '../../protocol/training.ts';
import { badField } from './apiError.ts';
import { booleanField, field, numberField, objectField } from './fields.ts';
import type { JsonObject } from './jsonBody.ts';
import { limits } from './limits.ts';

export const tokenCount = { min: 1, max: 1_000_000, integer: true } as const;

/** What chats and completions have in common. */
export type GenerationRequest = {
  readonly model: string;
  readonly choices: number;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly sampling: SamplingSettings;
};

/** @throws ApiError 400 that names the field */
export function parseSampling(body: JsonObject): Omit<SamplingSettings, 'maxTokens' | 'topLogprobs'> {
  const penalty = { min: -2, max: 2 };
  return {
    temperature: numberField(body, 'temperature', { min: 0, max: 2 }) ?? 1,
    topP: numberField(body, 'top_p', { min: 0, max: 1 }) ?? 1,
    seed: numberField(body, 'seed', { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, integer: true }) ?? null,
    stop: stopOf(body),
    presencePenalty: numberField(body, 'presence_penalty', penalty) ?? 0,
    frequencyPenalty: numberField(body, 'frequency_penalty', penalty) ?? 0,
    logitBias: logitBiasOf(body),
  };
}

/** @throws ApiError 400 that names the field */
export function parseStreaming(body: JsonObject): Pick<GenerationRequest, 'stream' | 'includeUsage'> {
  const stream = booleanField(body, 'stream') ?? false;
  const options = objectField(body, 'stream_options');
  if (options === undefined) {
    return { stream, includeUsage: false };
  }
  if (!stream) {
    throw badField('stream_options', "'stream_options' is only allowed when 'stream' is true.", 'invalid_value');
  }
  // Nothing is obscured on the way to the same machine; the switch is only checked.
  booleanField(options, 'include_obfuscation', 'stream_options.include_obfuscation');
  return { stream, includeUsage: booleanField(options, 'include_usage', 'stream_options.include_usage') ?? false };
}

export function parseChoices(body: JsonObject): number {
  return numberField(body, 'n', { min: 1, max: limits.choices, integer: true }) ?? 1;
}

function stopOf(body: JsonObject): readonly string[] {
  const stop = field(body, 'stop');
  const list = stop === undefined ? [] : Array.isArray(stop) ? stop : [stop];
  if (list.length > 4 || !list.every((text) => typeof text === 'string' && text !== '' && text.length <= 256)) {
    throw badField('stop', "Invalid 'stop': expected a text or up to 4 texts of 1 to 256 characters.", 'invalid_value');
  }
  return list;
}

function logitBiasOf(body: JsonObject): readonly (readonly [number, number])[] {
  const pairs = Object.entries(objectField(body, 'logit_bias') ?? {});
  if (pairs.length > limits.biasedTokens) {
    const message = `Invalid 'logit_bias': at most ${limits.biasedTokens} tokens are allowed, but got ${pairs.length}.`;
    throw badField('logit_bias', message, 'invalid_value');
  }
  return pairs.map(([token, bias]) => {
    if (!/^\d{1,9}$/.test(token) || typeof bias !== 'number' || !(bias >= -100 && bias <= 100)) {
      const message = "Invalid 'logit_bias': expected the ids of tokens, each with a number from -100 to 100.";
      throw badField('logit_bias', message, 'invalid_value');
    }
    return [Number(token), bias];
  });
}
