import type { GenerateRequest, GeneratorEvent } from '../../protocol/training.ts';
import { loadModel, type Model } from '../model/modelFolder.ts';
import { Random } from '../model/random.ts';
import { encodePrompt, endToken, lastTurns } from '../model/template.ts';
import { AnswerText } from './answerText.ts';
import { Forward, type Cache } from './forward.ts';
import { sample } from './sampling.ts';

/** Loaded models are small (3 MB); a chat switches between a few. */
const maxModels = 4;
/** The message loop gets a turn this often, so that 'stop' and other chats come through. */
const turnMs = 15;

type Loaded = { readonly model: Model; readonly forward: Forward };

/** Answers chats with tuned models. Chats run interleaved; each ends with one 'end' or 'failed' event. */
export class Generator {
  readonly #emit: (event: GeneratorEvent) => void;
  /** In the order of use, the latest last. */
  readonly #models = new Map<string, Promise<Loaded>>();
  readonly #running = new Map<string, AbortController>();

  constructor(emit: (event: GeneratorEvent) => void) {
    this.#emit = emit;
  }

  /** Ends the chat at the next token; it then reports 'end' with what it has. */
  stop(id: string): void {
    this.#running.get(id)?.abort();
  }

  /** Never rejects: what goes wrong is the 'failed' event. */
  async generate(request: GenerateRequest): Promise<void> {
    const { id } = request;
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const loaded = await this.#load(request.modelDirectory);
      await this.#answer(request, loaded, controller.signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#emit({ kind: 'failed', id, code: 'server_error', message: `The model could not answer: ${message}` });
    } finally {
      this.#running.delete(id);
    }
  }

  async #answer(request: GenerateRequest, { model, forward }: Loaded, signal: AbortSignal): Promise<void> {
    const { id, temperature, topP } = request;
    const { contextLength } = model.config;
    const prompt = encodePrompt(lastTurns(request.messages, model.config.turns), model.vocabulary);
    if (prompt.length >= contextLength) {
      const message =
        `This model's maximum context length is ${contextLength} tokens. ` +
        `However, your messages resulted in ${prompt.length} tokens. Please reduce the length of the messages.`;
      this.#emit({ kind: 'failed', id, code: 'context_length_exceeded', message });
      return;
    }
    const room = contextLength - prompt.length;
    const limit = request.maxTokens === null ? room : Math.min(room, request.maxTokens);
    const random = new Random(request.seed ?? Math.floor(Math.random() * 2 ** 32));
    const text = new AnswerText(request.stop);
    const turn = turnTaker();
    const cache: Cache = forward.newCache();
    const show = (piece: string): void => {
      if (piece !== '') {
        this.#emit({ kind: 'text', id, text: piece });
      }
    };
    let completionTokens = 0;
    let finishReason: 'stop' | 'length' = 'length';
    let pending: readonly number[] = prompt;
    while (completionTokens < limit && !signal.aborted) {
      // No turn between the last token and its scores: chats share the working memory of `forward`.
      for (const token of pending) {
        await turn();
        forward.append(token, cache);
      }
      const token = sample(forward.logits(), { temperature, topP }, random);
      completionTokens += 1;
      if (token === endToken) {
        finishReason = 'stop';
        break;
      }
      show(text.push(model.vocabulary.bytesOf(token)));
      if (text.stopped) {
        finishReason = 'stop';
        break;
      }
      pending = [token];
    }
    show(text.end());
    this.#emit({
      kind: 'end',
      id,
      finishReason: signal.aborted ? 'stop' : finishReason,
      promptTokens: prompt.length,
      completionTokens,
    });
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

/** A function to await often; every `turnMs` it lets the message loop run. */
function turnTaker(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < turnMs) {
      return undefined;
    }
    return new Promise<void>((resolve) => {
      setImmediate(() => {
        last = performance.now();
        resolve();
      });
    });
  };
}
