import { createHash } from 'node:crypto';
import type { GenerateRequest, GeneratorEvent, Prompt } from '../../protocol/training.ts';
import { badField } from './apiError.ts';
import type { Engine } from './call.ts';
import type { GenerationRequest } from './generationRequest.ts';
import { modelOf } from './modelRoutes.ts';

/** Fields that an answer and each of its chunks share. */
export type Head = {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
};

/**
 * What answers to a request begin with, and how the generator is asked for them.
 * @throws ApiError 404 for a model that is not there, 400 for one that has learned nothing; BytesLostError
 */
export async function beginGeneration(
  engine: Engine,
  request: GenerationRequest,
  id: string,
): Promise<{ readonly head: Head; readonly ask: (id: string, prompt: Prompt, echo: boolean) => GenerateRequest }> {
  const { directory } = modelOf(engine.store.state, request.model);
  if (directory === null) {
    const message = `The base model '${request.model}' has not learned anything yet. Fine-tune it and chat with the tuned model.`;
    throw badField('model', message, 'model_not_tuned');
  }
  const modelDirectory = await engine.store.modelFolders.checked(directory, true);
  return {
    head: { id, created: engine.now(), model: request.model, system_fingerprint: fingerprint(engine.version, directory) },
    ask: (requestId, prompt, echo) => ({
      kind: 'generate',
      id: requestId,
      modelDirectory,
      prompt,
      choices: request.choices,
      echo,
      ...request.sampling,
    }),
  };
}

export type Ending = Pick<Extract<GeneratorEvent, { kind: 'end' }>, 'promptTokens' | 'completionTokens'>;

export type Usage = {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number; readonly audio_tokens: number };
  readonly completion_tokens_details: {
    readonly reasoning_tokens: number;
    readonly audio_tokens: number;
    readonly accepted_prediction_tokens: number;
    readonly rejected_prediction_tokens: number;
  };
};

export function toUsage({ promptTokens, completionTokens }: Ending): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** Same program and same weights, same fingerprint. */
function fingerprint(version: string, directory: string): string {
  return `fp_${createHash('sha256').update(`${version} ${directory}`).digest('hex').slice(0, 10)}`;
}
