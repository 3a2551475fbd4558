import type { ScoredToken } from '../../protocol/training.ts';
import { newId } from '../store/ids.ts';
import { json, type Answer, type Call, type Engine } from './call.ts';
import { parseChatRequest, type ChatRequest } from './chatRequest.ts';
import { beginGeneration, toUsage, type Head, type Usage } from './generation.ts';
import type { Generated } from './generatorHost.ts';

type TokenLogprob = { readonly token: string; readonly logprob: number; readonly bytes: number[] | null };
type Logprobs = { readonly content: (TokenLogprob & { readonly top_logprobs: TokenLogprob[] })[]; readonly refusal: null };
type FinishReason = 'stop' | 'length';

type ChatHead = Head & { readonly service_tier: 'default' };

/** Every field of the service's answer that a model without tools, audio and search has. */
export type ChatCompletion = ChatHead & {
  readonly object: 'chat.completion';
  readonly choices: {
    readonly index: number;
    readonly message: { readonly role: 'assistant'; readonly content: string; readonly refusal: null; readonly annotations: [] };
    readonly logprobs: Logprobs | null;
    readonly finish_reason: FinishReason;
  }[];
  readonly usage: Usage;
  readonly metadata?: Readonly<Record<string, string>>;
};

export type ChatChunk = ChatHead & {
  readonly object: 'chat.completion.chunk';
  readonly choices: {
    readonly index: number;
    readonly delta: { readonly role?: 'assistant'; readonly content?: string; readonly refusal?: null };
    readonly logprobs: Logprobs | null;
    readonly finish_reason: FinishReason | null;
  }[];
  readonly usage?: Usage | null;
};

export async function createChatCompletion(engine: Engine, call: Call): Promise<Answer> {
  const request = parseChatRequest(call.body);
  const id = newId.completion();
  const { head: common, ask } = await beginGeneration(engine, request, id);
  const head: ChatHead = { ...common, service_tier: 'default' };
  const answer = engine.generator.generate(ask(id, { kind: 'chat', messages: request.messages }, false), call.signal);
  return request.stream ? { kind: 'events', events: toChunks(head, request, answer) } : json(await toCompletion(head, request, answer));
}

/** A chunk with the role before each choice, its text, one with its finish reason; at the end the usage, if asked for. */
async function* toChunks(
  head: ChatHead,
  request: ChatRequest,
  answer: AsyncIterable<Generated>,
): AsyncGenerator<string, void, undefined> {
  const chunk = (choices: ChatChunk['choices'], usage: Usage | null = null): string => {
    const value: ChatChunk = { ...head, object: 'chat.completion.chunk', choices, ...(request.includeUsage ? { usage } : {}) };
    return JSON.stringify(value);
  };
  const begun = new Set<number>();
  for await (const event of answer) {
    if (event.kind === 'end') {
      if (request.includeUsage) {
        yield chunk([], toUsage(event));
      }
      return;
    }
    const index = event.choice;
    if (!begun.has(index)) {
      begun.add(index);
      yield chunk([{ index, delta: { role: 'assistant', content: '', refusal: null }, logprobs: null, finish_reason: null }]);
    }
    yield event.kind === 'text'
      ? chunk([{ index, delta: { content: event.text }, logprobs: toLogprobs(event.tokens), finish_reason: null }])
      : chunk([{ index, delta: {}, logprobs: null, finish_reason: event.finishReason }]);
  }
}

/** What is there when the client hangs up is put together too; nobody reads it. */
async function toCompletion(head: ChatHead, request: ChatRequest, answer: AsyncIterable<Generated>): Promise<ChatCompletion> {
  const wanted = request.sampling.topLogprobs !== null;
  const choices = Array.from({ length: request.choices }, () => ({
    text: '',
    tokens: [] as ScoredToken[],
    finishReason: 'stop' as FinishReason,
  }));
  let usage = toUsage({ promptTokens: 0, completionTokens: 0 });
  for await (const event of answer) {
    if (event.kind === 'end') {
      usage = toUsage(event);
      continue;
    }
    const choice = choices[event.choice];
    if (choice !== undefined && event.kind === 'text') {
      choice.text += event.text;
      choice.tokens.push(...(event.tokens ?? []));
    } else if (choice !== undefined && event.kind === 'choice') {
      choice.finishReason = event.finishReason;
    }
  }
  return {
    ...head,
    object: 'chat.completion',
    choices: choices.map(({ text, tokens, finishReason }, index) => ({
      index,
      message: { role: 'assistant', content: text, refusal: null, annotations: [] },
      logprobs: toLogprobs(wanted ? tokens : null),
      finish_reason: finishReason,
    })),
    usage,
    ...(request.metadata === null ? {} : { metadata: request.metadata }),
  };
}

function toLogprobs(tokens: readonly ScoredToken[] | null): Logprobs | null {
  if (tokens === null) {
    return null;
  }
  const content = tokens.map(({ top, ...token }) => ({
    ...toLogprob(token),
    top_logprobs: top.map(toLogprob),
  }));
  return { content, refusal: null };
}

/** The service writes -9999 where it has no probability; here that is never so within a chat. */
function toLogprob({ text, bytes, logprob }: Pick<ScoredToken, 'text' | 'bytes' | 'logprob'>): TokenLogprob {
  return { token: text, logprob: logprob ?? -9999, bytes: bytes === null ? null : [...bytes] };
}
