import type { GenerateRequest, GeneratorCommand, GeneratorEvent, Prompt } from '../../protocol/training.ts';
import { loadModel, type Model } from '../model/modelFolder.ts';
import { maxPieceLength } from '../model/pieces.ts';
import { encodePrompt, encodeText, lastTurns } from '../model/template.ts';
import { answerSteps, type Loaded } from './answer.ts';
import { Forward } from './forward.ts';
import { Rounds } from './rounds.ts';

/** Loaded models are small (3 MB); a chat switches between a few. */
const maxModels = 4;

/** A request that this model cannot do. */
class RequestFault extends Error {
  readonly code: string;
  readonly param: string;

  constructor(code: string, param: string, message: string) {
    super(message);
    this.code = code;
    this.param = param;
  }
}

/** Answers requests with tuned models, token by token in turns; each ends with one 'end' or 'failed' event. */
export class Generator {
  readonly #emit: (event: GeneratorEvent) => void;
  /** In the order of use, the latest last. */
  readonly #models = new Map<string, Promise<Loaded>>();
  readonly #running = new Map<string, AbortController>();
  readonly #rounds = new Rounds();

  constructor(emit: (event: GeneratorEvent) => void) {
    this.#emit = emit;
  }

  /** Does what the other side of the thread says; never throws. */
  take(command: GeneratorCommand): void {
    switch (command.kind) {
      case 'generate':
        void this.generate(command);
        return;
      case 'stop':
        // It ends at the next token, for which it must not be held.
        this.#running.get(command.id)?.abort();
        this.#rounds.resume(command.id);
        return;
      case 'pause':
        if (this.#running.has(command.id)) {
          this.#rounds.pause(command.id);
        }
        return;
      case 'resume':
        this.#rounds.resume(command.id);
        return;
      case 'share':
        this.#rounds.setShare(command.share);
        return;
    }
  }

  /** Never rejects: what goes wrong is the 'failed' event. */
  async generate(request: GenerateRequest): Promise<void> {
    const { id } = request;
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const loaded = await this.#load(request.modelDirectory);
      const prompt = promptTokens(request, loaded.model);
      await this.#rounds.run(id, answerSteps(request, prompt, loaded, controller.signal, this.#emit));
    } catch (error) {
      if (error instanceof RequestFault) {
        const { code, param, message } = error;
        this.#emit({ kind: 'failed', id, fault: 'request', code, param, message });
      } else {
        const message = `The model could not answer: ${error instanceof Error ? error.message : String(error)}`;
        this.#emit({ kind: 'failed', id, fault: 'engine', code: 'server_error', param: null, message });
      }
    } finally {
      this.#running.delete(id);
      this.#rounds.resume(id);
    }
  }

  #load(directory: string): Promise<Loaded> {
    const known = this.#models.get(directory);
    this.#models.delete(directory);
    const loading = known ?? loadModel(directory).then((model) => ({ model, forward: new Forward(model.config, model.parameters) }));
    this.#models.set(directory, loading);
    // A failure is not kept: the folder may be complete next time.
    loading.catch(() => {
      if (this.#models.get(directory) === loading) {
        this.#models.delete(directory);
      }
    });
    for (const oldest of this.#models.keys()) {
      if (this.#models.size <= maxModels) {
        break;
      }
      this.#models.delete(oldest);
    }
    return loading;
  }
}

/** @throws RequestFault if the model has no such tokens, or its context no room for them and one more */
function promptTokens(request: GenerateRequest, model: Model): readonly number[] {
  const { prompt, logitBias } = request;
  const { contextLength, vocabularySize } = model.config;
  const unknownToken = (token: number): boolean => token >= vocabularySize;
  const biased = logitBias.find(([token]) => unknownToken(token));
  if (biased !== undefined) {
    throw new RequestFault('invalid_value', 'logit_bias', `Invalid 'logit_bias': the model's tokens are 0 to ${vocabularySize - 1}, but got ${biased[0]}.`);
  }
  if (prompt.kind === 'tokens' && prompt.tokens.some(unknownToken)) {
    throw new RequestFault('invalid_value', 'prompt', `Invalid 'prompt': the model's tokens are 0 to ${vocabularySize - 1}.`);
  }
  // Nothing is computed for a text that is too long by any measure: its tokens are pieces of this length at most.
  const atLeast = Math.ceil(promptLength(prompt, model) / maxPieceLength);
  const tokens = atLeast > contextLength ? undefined : tokensOf(prompt, model);
  const room = request.maxTokens === 0 ? 0 : 1;
  if (tokens === undefined || tokens.length + room > contextLength) {
    const count = tokens === undefined ? `at least ${atLeast}` : String(tokens.length);
    const message =
      `This model's maximum context length is ${contextLength} tokens. ` +
      `However, your messages resulted in ${count} tokens. Please reduce the length of the messages.`;
    throw new RequestFault('context_length_exceeded', prompt.kind === 'chat' ? 'messages' : 'prompt', message);
  }
  return tokens;
}

function promptLength(prompt: Prompt, { config }: Model): number {
  switch (prompt.kind) {
    case 'chat':
      return lastTurns(prompt.messages, config.turns).reduce((sum, { content }) => sum + content.length, 0);
    case 'text':
      return prompt.text.length;
    case 'tokens':
      return 0;
  }
}

function tokensOf(prompt: Prompt, { config, vocabulary }: Model): readonly number[] {
  switch (prompt.kind) {
    case 'chat':
      return encodePrompt(lastTurns(prompt.messages, config.turns), vocabulary);
    case 'text':
      return encodeText(prompt.text, vocabulary);
    case 'tokens':
      return prompt.tokens;
  }
}
