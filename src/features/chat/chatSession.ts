import * as vscode from 'vscode';
import { toMessages } from '../../core/chat/conversation.ts';
import { emptyChat, findUnderWay, reduceChat, sameModel, shownAnswer } from '../../core/chat/transcript.ts';
import type { AskedWith, ChatAction, ChatSettings, ChatState, TunedModel } from '../../core/chat/transcript.ts';
import { ServiceError } from '../../core/providers/port.ts';
import type { Connections } from '../../platform/connections.ts';
import { explainError, isCancellation } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';
import type { ChatStorage } from './chatStorage.ts';
import type { TrainingKnowledge } from './trainingKnowledge.ts';

type SessionServices = {
  readonly connections: Connections;
  readonly log: Log;
  readonly storage: ChatStorage;
  readonly knowledge: TrainingKnowledge;
};

/** What the pages must draw again. `by` is the page that typed a draft, which has it already. */
export type SessionChange =
  | { readonly kind: 'header' }
  | { readonly kind: 'turns' }
  | { readonly kind: 'turn'; readonly turnId: string }
  | { readonly kind: 'text'; readonly answerId: string; readonly text: string }
  | { readonly kind: 'draft'; readonly by: object | undefined };

/** Parts of an answer are gathered for so long: a screen shows no more than that. */
const gatherMs = 30;
/** A question waits for the training file's prompt no longer than this. */
const knowledgeMs = 4000;
const saveSoonMs = 400;
const saveWhileWritingMs = 3000;

/** The conversation: owns the transcript, asks the service, writes everything down. Pages come and go. */
export class ChatSession implements vscode.Disposable {
  readonly #services: SessionServices;
  readonly #changed = new vscode.EventEmitter<SessionChange>();
  readonly onDidChange = this.#changed.event;
  readonly #ended = new AbortController();
  #state: ChatState = emptyChat;
  #loading: Promise<void> | undefined;
  #loaded = false;
  #running: { readonly answerId: string; readonly controller: AbortController } | undefined;
  #asking = false;

  constructor(services: SessionServices) {
    this.#services = services;
  }

  /** Reads the stored chat the first time somebody wants it. */
  load(): Promise<void> {
    this.#loading ??= this.#services.storage.load().then((state) => {
      this.#state = state;
      this.#loaded = true;
    });
    return this.#loading;
  }

  get loaded(): boolean {
    return this.#loaded;
  }

  get state(): ChatState {
    return this.#state;
  }

  get busy(): boolean {
    return this.#asking || findUnderWay(this.#state) !== undefined;
  }

  /** What the next question would be asked with; undefined without a model. */
  get askedWith(): AskedWith | undefined {
    const { model, system, temperature, maxTokens, earlierTurns } = this.#state.settings;
    if (model === null) return undefined;
    const { system: trained = '', singleTurn } = this.#services.knowledge.get(model.ref);
    return { model, system: system ?? trained, temperature, maxTokens, earlierTurns: earlierTurns ?? singleTurn !== true };
  }

  /** Asks a question; resolves to false if it cannot be asked now, and otherwise as soon as it stands in the chat. */
  ask(question: string, source?: string): Promise<boolean> {
    return this.#begin((askedWith) => {
      const asking = { answerId: crypto.randomUUID(), askedWith, at: Date.now() };
      const turnId = crypto.randomUUID();
      this.#apply({ kind: 'ask', turnId, question, ...(source ? { source } : {}), ...asking }, { kind: 'turn', turnId });
      if (this.#state.draft.text.trim() === question) this.#apply({ kind: 'draft', text: '', at: Date.now() });
      void this.#run(turnId, asking.answerId, askedWith);
      this.#changed.fire({ kind: 'header' });
    });
  }

  /** Asks the question of a turn again, with what is set now. */
  async retry(turnId: string): Promise<void> {
    await this.#begin((askedWith) => {
      if (!this.#state.turns.some((turn) => turn.id === turnId)) return;
      const answerId = crypto.randomUUID();
      this.#apply({ kind: 'retry', turnId, answerId, askedWith, at: Date.now() }, { kind: 'turn', turnId });
      void this.#run(turnId, answerId, askedWith);
    });
  }

  stop(): void {
    this.#running?.controller.abort();
  }

  showAnswer(turnId: string, index: number): void {
    this.#apply({ kind: 'show', turnId, index }, { kind: 'turn', turnId });
  }

  answerText(turnId: string): string {
    const turn = this.#state.turns.find((one) => one.id === turnId);
    return (turn && shownAnswer(turn)?.text) ?? '';
  }

  clear(): void {
    this.stop();
    this.#apply({ kind: 'clear' }, { kind: 'turns' });
    this.#changed.fire({ kind: 'header' });
  }

  undoClear(): void {
    this.#apply({ kind: 'undoClear' }, { kind: 'turns' });
    this.#changed.fire({ kind: 'header' });
  }

  change(settings: Partial<ChatSettings>): void {
    this.#apply({ kind: 'set', settings }, { kind: 'header' });
  }

  /** The model of the next questions. A prompt that a person wrote for another job does not go along. */
  choose(model: TunedModel): void {
    const { settings } = this.#state;
    if (sameModel(settings.model, model)) return;
    const sameJob =
      settings.model?.ref.jobId === model.ref.jobId && settings.model.ref.connectionId === model.ref.connectionId;
    this.change(sameJob ? { model } : { model, system: null, earlierTurns: null });
    this.#changed.fire({ kind: 'turns' });
    void this.learn();
  }

  /** Looks up how the chosen model was trained. */
  async learn(): Promise<void> {
    const { model } = this.#state.settings;
    if (model === null) return;
    await this.#services.knowledge.learn(model.ref, this.#ended.signal);
    this.#changed.fire({ kind: 'header' });
  }

  setDraft(text: string, at: number, by?: object): void {
    if (text === this.#state.draft.text) return;
    this.#apply({ kind: 'draft', text, at }, { kind: 'draft', by });
  }

  /** Stops what is under way; resolves once everything is written down. */
  async end(): Promise<void> {
    this.#ended.abort();
    this.stop();
    await this.#services.storage.end();
  }

  dispose(): void {
    void this.end();
    this.#changed.dispose();
  }

  /** One question at a time. */
  async #begin(start: (askedWith: AskedWith) => void): Promise<boolean> {
    const { model } = this.#state.settings;
    if (model === null || this.busy || !vscode.workspace.isTrusted) return false;
    this.#asking = true;
    try {
      const waiting = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(knowledgeMs)]);
      await Promise.race([this.#services.knowledge.learn(model.ref, waiting), aborted(waiting)]);
      const { askedWith } = this;
      if (askedWith === undefined || this.#ended.signal.aborted) return false;
      start(askedWith);
      return true;
    } finally {
      this.#asking = false;
    }
  }

  async #run(turnId: string, answerId: string, askedWith: AskedWith): Promise<void> {
    const controller = new AbortController();
    this.#running = { answerId, controller };
    const { signal } = controller;
    let gathered = '';
    let timer: NodeJS.Timeout | undefined;
    const pass = (): void => {
      clearTimeout(timer);
      timer = undefined;
      if (gathered === '') return;
      const text = gathered;
      gathered = '';
      this.#apply({ kind: 'text', answerId, text, at: Date.now() }, { kind: 'text', answerId, text }, saveWhileWritingMs);
    };
    const finish = (action: ChatAction): void => {
      pass();
      this.#apply(action, { kind: 'turn', turnId });
    };
    // Stopping shows at once, however long the service takes to notice.
    signal.addEventListener('abort', () => finish({ kind: 'stop', answerId, at: Date.now() }), { once: true });
    try {
      const { model, temperature, maxTokens } = askedWith;
      const connection = this.#services.connections.get(model.ref.connectionId);
      if (connection === undefined) {
        throw new Error(vscode.l10n.t('The connection {0} of this model was removed. Choose another model.', model.ref.connectionId));
      }
      const messages = toMessages(this.#state, turnId, askedWith);
      const service = await this.#services.connections.service(connection, signal);
      const request = { model: model.model, messages, temperature, ...(maxTokens === null ? {} : { maxTokens }) };
      let end: Extract<ChatAction, { kind: 'end' }> = { kind: 'end', answerId, at: 0, finishReason: null, usage: null };
      for await (const part of service.streamChat(request, signal)) {
        if (signal.aborted) return;
        if (part.kind === 'text') {
          const first = gathered === '' && timer === undefined;
          gathered += part.text;
          if (first && this.#isFirstText(answerId)) pass();
          else timer ??= setTimeout(pass, gatherMs);
        } else {
          const { usage, finishReason } = part;
          const counted = usage && { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens };
          end = { ...end, finishReason, usage: counted };
        }
      }
      finish({ ...end, at: Date.now() });
    } catch (error) {
      if (signal.aborted) return;
      if (isCancellation(error)) return finish({ kind: 'stop', answerId, at: Date.now() });
      this.#services.log.error(`${askedWith.model.model} gave no answer`, error);
      const kind = error instanceof ServiceError ? error.facts.kind : 'other';
      finish({ kind: 'fail', answerId, at: Date.now(), failure: { kind, message: explainError(error) } });
    } finally {
      clearTimeout(timer);
      if (this.#running?.answerId === answerId) this.#running = undefined;
    }
  }

  #isFirstText(answerId: string): boolean {
    return findUnderWay(this.#state)?.answer.id === answerId && findUnderWay(this.#state)?.answer.text === '';
  }

  #apply(action: ChatAction, change?: SessionChange, saveMs = saveSoonMs): void {
    // What is stored must not be overwritten by what was never read.
    if (!this.#loaded) throw new Error(`The chat is not read yet: ${action.kind}`);
    const state = reduceChat(this.#state, action);
    if (state === this.#state) return;
    this.#state = state;
    this.#services.storage.save(state, saveMs);
    if (change !== undefined) this.#changed.fire(change);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
