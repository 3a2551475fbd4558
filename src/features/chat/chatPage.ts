import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { toMaxTokens, toTemperature } from '../../core/chat/chatFile.ts';
import type { ChatSettings } from '../../core/chat/transcript.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { Log } from '../../platform/log.ts';
import type { WebviewHost } from '../../platform/webviewHost.ts';
import type { ChatHost, ChatPage as Page, ChatPageState, ChatSettingsChange, TurnView } from '../../protocol/chat.ts';
import type { Connection, Handlers } from '../../protocol/rpc.ts';
import type { AnswerTarget } from './answerTarget.ts';
import { toHeader, type HeaderServices } from './chatHeader.ts';
import type { SessionChange } from './chatSession.ts';
import { toTurnView } from './chatViews.ts';
import { createChatStrings } from './strings.ts';

type ChatPageServices = HeaderServices & {
  readonly log: Log;
  readonly webviews: WebviewHost;
  readonly target: AnswerTarget;
  /** Looks for models because somebody is looking. */
  readonly onReady: () => void;
  readonly pickModel: () => Promise<void>;
};

/** One place where the chat is shown, and what it may ask for. */
export class ChatPage implements vscode.Disposable {
  readonly #services: ChatPageServices;
  readonly #disposables = new DisposableStore();
  readonly #page: Connection<Page>;
  #ready = false;
  #wantsFocus = false;
  #sentHeader = '';

  constructor(webview: vscode.Webview, services: ChatPageServices) {
    this.#services = services;
    const page = { name: 'chat', title: vscode.l10n.t('Chat') } as const;
    this.#page = this.#disposables.add(services.webviews.open<Page, ChatHost>(webview, page, this.#createHandlers()));
    this.#disposables.add(services.session.onDidChange((change) => this.#follow(change)));
  }

  /** Something outside the conversation changed: models, connections, trust. */
  showHeader(): void {
    if (!this.#ready) return;
    const header = toHeader(this.#services);
    const text = JSON.stringify(header);
    if (text === this.#sentHeader) return;
    this.#sentHeader = text;
    this.#page.tell('showHeader', header);
  }

  /** Puts the cursor into the question, as soon as there is one. */
  focus(): void {
    if (this.#ready) this.#page.tell('focusInput');
    else this.#wantsFocus = true;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /** The page is gone and comes back with a new `ready`. */
  sleep(): void {
    this.#ready = false;
  }

  #createHandlers(): Handlers<ChatHost> {
    const { session, target, log } = this.#services;
    return {
      ready: ({ draft, editedAt }) => this.#start(draft, editedAt),
      setDraft: ({ text }) => session.setDraft(String(text), Date.now(), this),
      send: ({ text }) => session.ask(String(text)),
      stop: () => session.stop(),
      retry: ({ turnId }) => session.retry(turnId),
      showAnswer: ({ turnId, index }) => session.showAnswer(turnId, index),
      copyAnswer: ({ turnId }) => void vscode.env.clipboard.writeText(session.answerText(turnId)),
      insertAnswer: ({ turnId }) => target.insert(session.answerText(turnId)),
      copyText: ({ text }) => void vscode.env.clipboard.writeText(String(text)),
      changeSettings: (change) => session.change(this.#readSettings(change)),
      resetSystem: () => {
        session.change({ system: null });
        this.showHeader();
      },
      pickModel: () => this.#services.pickModel(),
      createJob: () => void vscode.commands.executeCommand(commandIds.jobsCreate),
      manageTrust: () => void vscode.commands.executeCommand('workbench.trust.manage'),
      setKey: () => void vscode.commands.executeCommand(commandIds.connectionsSetKey),
      showLog: () => log.show(),
      undoClear: () => session.undoClear(),
      refreshModels: () => void this.#services.jobWatcher.refresh(),
      switchConnection: () => void vscode.commands.executeCommand(commandIds.connectionsSwitch),
      openLink: ({ url }) => openLink(url),
    };
  }

  async #start(draft: unknown, editedAt: unknown): Promise<ChatPageState> {
    const { session, onReady } = this.#services;
    await session.load();
    if (typeof draft === 'string' && typeof editedAt === 'number' && editedAt > session.state.draft.editedAt) {
      session.setDraft(draft, editedAt, this);
    }
    this.#ready = true;
    onReady();
    void session.learn();
    const { model } = session.state.settings;
    if (model !== null) void this.#services.lives.learn(model.ref.connectionId, model.model);
    const header = toHeader(this.#services);
    this.#sentHeader = JSON.stringify(header);
    if (this.#wantsFocus) setTimeout(() => this.#page.tell('focusInput'), 0);
    this.#wantsFocus = false;
    const { turns } = session.state;
    return {
      strings: createChatStrings(),
      locale: vscode.env.language,
      header,
      turns: turns.map((turn) => toTurnView(turn, session.state)).filter((turn) => turn !== undefined),
      draft: session.state.draft.text,
    };
  }

  #follow(change: SessionChange): void {
    if (!this.#ready) return;
    const { session } = this.#services;
    const { state } = session;
    switch (change.kind) {
      case 'header':
        return this.showHeader();
      case 'turns': {
        const views = state.turns.map((turn) => toTurnView(turn, state));
        return this.#page.tell('showTurns', { turns: views.filter((turn): turn is TurnView => turn !== undefined) });
      }
      case 'turn': {
        const turn = state.turns.find((one) => one.id === change.turnId);
        const view = turn && toTurnView(turn, state);
        return view && this.#page.tell('showTurn', view);
      }
      case 'text':
        return this.#page.tell('addText', { answerId: change.answerId, text: change.text });
      case 'draft':
        return change.by === this ? undefined : this.#page.tell('showDraft', { text: state.draft.text, focus: false });
    }
  }

  /** Only values that a person may set; a prompt that equals the training file's follows it. */
  #readSettings(change: ChatSettingsChange): Partial<ChatSettings> {
    const { session, knowledge } = this.#services;
    const { model } = session.state.settings;
    const temperature = toTemperature(change.temperature);
    const maxTokens = change.maxTokens === null ? null : toMaxTokens(change.maxTokens);
    const trained = model === null ? undefined : knowledge.get(model.ref).system;
    return {
      ...(typeof change.system === 'string' ? { system: change.system === trained ? null : change.system } : {}),
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(typeof change.earlierTurns === 'boolean' ? { earlierTurns: change.earlierTurns } : {}),
    };
  }
}

/** Links come from a model's text: nothing but https leaves, and VS Code asks about the address. */
async function openLink(url: unknown): Promise<void> {
  if (typeof url !== 'string' || !URL.canParse(url) || new URL(url).protocol !== 'https:') return;
  await vscode.env.openExternal(vscode.Uri.parse(url, true));
}
