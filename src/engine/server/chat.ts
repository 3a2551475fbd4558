import { createHash } from 'node:crypto';
import { newId } from '../store/ids.ts';
import { badField } from './apiError.ts';
import { json, type Answer, type Call, type Engine } from './call.ts';
import { parseChatRequest, type ChatRequest } from './chatRequest.ts';
import { modelOf } from './modelRoutes.ts';

/** Fields that the answer and each of its chunks share. */
type Head = {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly service_tier: 'default';
  readonly system_fingerprint: string;
};

type Ending = { readonly finishReason: 'stop' | 'length'; readonly promptTokens: number; readonly completionTokens: number };

export async function createChatCompletion(engine: Engine, call: Call): Promise<Answer> {
  const request = parseChatRequest(call.body);
  const model = modelOf(engine.store.state, request.model);
  if (model.directory === null) {
    const message = `The base model '${request.model}' has not learned anything yet. Fine-tune it and chat with the tuned model.`;
    throw badField('model', message, 'model_not_tuned');
  }
  const head: Head = {
    id: newId.completion(),
    created: engine.now(),
    model: request.model,
    service_tier: 'default',
    system_fingerprint: fingerprint(engine.version, model.directory),
  };
  const answer = engine.generator.generate(
    {
      kind: 'generate',
      id: head.id,
      modelDirectory: engine.store.modelPath(model.directory),
      messages: request.messages,
      temperature: request.temperature,
      topP: request.topP,
      maxTokens: request.maxTokens,
      seed: request.seed,
      stop: request.stop,
    },
    call.signal,
  );
  if (request.stream) {
    return { kind: 'events', events: toChunks(head, request, answer) };
  }
  let text = '';
  for await (const event of answer) {
    if (event.kind === 'end') {
      return json(toCompletion(head, text, event));
    }
    text += event.text;
  }
  // Only a client that has hung up gets here.
  return json({});
}

type Generated = ReturnType<Engine['generator']['generate']>;

/** First a chunk with the role, then the text, one with the finish reason and, if asked for, one with the usage. */
async function* toChunks(head: Head, request: ChatRequest, answer: Generated): AsyncGenerator<string, void, undefined> {
  const chunk = (choices: readonly unknown[], usage: unknown = null): string =>
    JSON.stringify({
      ...head,
      object: 'chat.completion.chunk',
      choices,
      ...(request.includeUsage ? { usage } : {}),
    });
  const choice = (delta: object, finishReason: string | null = null): readonly unknown[] => [
    { index: 0, delta, logprobs: null, finish_reason: finishReason },
  ];
  let begun = false;
  for await (const event of answer) {
    if (!begun) {
      begun = true;
      yield chunk(choice({ role: 'assistant', content: '', refusal: null }));
    }
    if (event.kind === 'text') {
      yield chunk(choice({ content: event.text }));
      continue;
    }
    yield chunk(choice({}, event.finishReason));
    if (request.includeUsage) {
      yield chunk([], toUsage(event));
    }
  }
}

function toCompletion(head: Head, text: string, end: Ending): unknown {
  return {
    ...head,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: end.finishReason,
      },
    ],
    usage: toUsage(end),
  };
}

function toUsage(end: Ending): unknown {
  return {
    prompt_tokens: end.promptTokens,
    completion_tokens: end.completionTokens,
    total_tokens: end.promptTokens + end.completionTokens,
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
