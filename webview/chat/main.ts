import '../shared/base.css';
import './chat.css';
import type { ChatHeader, ChatHost, ChatPage, ChatPageState, TurnView } from '../../src/protocol/chat.ts';
import { fill, h, setShown } from '../shared/dom.ts';
import { connectHost, getKept, keep } from '../shared/host.ts';
import { createButton } from '../shared/toolkit.ts';
import { Composer } from './composer.ts';
import { Header } from './header.ts';
import { Transcript } from './transcript.ts';

/** The chat page: shows what the extension tells, and keeps only the typed text and whether the settings are open. */
class ChatView {
  readonly #state: ChatPageState;
  readonly #header: Header;
  readonly #transcript: Transcript;
  readonly #composer: Composer;
  readonly #welcome = h('div', { class: 'welcome' });
  readonly #cleared = h('div', { class: 'cleared row', role: 'status' });
  #shown: ChatHeader;
  #underWay: string | undefined;
  #settingsOpen: boolean;
  #draft: string;

  constructor(state: ChatPageState, settingsOpen: boolean) {
    this.#state = state;
    this.#shown = state.header;
    this.#settingsOpen = settingsOpen;
    this.#draft = state.draft;
    const { strings } = state;
    this.#header = new Header(strings, settingsOpen, {
      pickModel: () => host.tell('pickModel'),
      change: (change) => host.tell('changeSettings', change),
      resetSystem: () => void this.#resetSystem(),
      settingsToggled: (open) => {
        this.#settingsOpen = open;
        this.#keep();
      },
    });
    this.#transcript = new Transcript(strings, {
      retry: (turnId) => host.tell('retry', { turnId }),
      show: (turnId, index) => host.tell('showAnswer', { turnId, index }),
      copy: (turnId) => host.tell('copyAnswer', { turnId }),
      insert: (turnId) => host.tell('insertAnswer', { turnId }),
      copyText: (text) => host.tell('copyText', { text }),
      setKey: () => host.tell('setKey'),
      showLog: () => host.tell('showLog'),
      openLink: (url) => host.tell('openLink', { url }),
    });
    this.#composer = new Composer(strings, state.draft, {
      send: (text) => host.call('send', { text }),
      stop: () => host.tell('stop'),
      edited: (text) => this.#edited(text),
      lastQuestion: () => this.#transcript.lastQuestion,
    });
    this.#cleared.append(
      h('span', {}, strings.cleared),
      createButton({ label: strings.undo, onClick: () => host.tell('undoClear') }),
    );
    const main = h('main', {}, this.#welcome, this.#transcript.element);
    document
      .querySelector('#page')
      ?.replaceChildren(this.#header.element, main, this.#cleared, this.#composer.element);
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.#composer.busy || event.isComposing) return;
      event.preventDefault();
      host.tell('stop');
    });
    this.showTurns(state.turns);
    this.showHeader(state.header);
  }

  showHeader(header: ChatHeader): void {
    this.#shown = header;
    this.#header.show(header);
    this.#update();
  }

  showTurns(turns: readonly TurnView[]): void {
    this.#transcript.showAll(turns);
    this.#underWay = turns.find((turn) => isUnderWay(turn))?.id;
    this.#update();
  }

  showTurn(turn: TurnView): void {
    if (isUnderWay(turn)) this.#underWay = turn.id;
    else if (this.#underWay === turn.id) this.#underWay = undefined;
    this.#transcript.showTurn(turn);
    this.#update();
  }

  addText(answerId: string, text: string): void {
    this.#transcript.addText(answerId, text);
  }

  showDraft(text: string, focus: boolean): void {
    this.#draft = text;
    this.#composer.show(text);
    this.#keep();
    if (focus) this.#composer.focus();
  }

  focusInput(): void {
    this.#composer.focus();
  }

  async #resetSystem(): Promise<void> {
    await host.call('resetSystem');
    this.#header.showSystem(this.#shown.system);
  }

  #edited(text: string): void {
    this.#draft = text;
    this.#keep();
    host.tell('setDraft', { text });
  }

  /** Survives what the extension may not: it is stored by VS Code at once. */
  #keep(): void {
    keep({ draft: this.#draft, editedAt: Date.now(), settingsOpen: this.#settingsOpen });
  }

  #update(): void {
    const { readiness, canUndoClear } = this.#shown;
    const empty = this.#transcript.isEmpty;
    this.#composer.setState({ busy: this.#underWay !== undefined, ready: readiness === 'ready' });
    setShown(this.#composer.element, readiness === 'ready' || readiness === 'noneChosen' || this.#draft !== '');
    setShown(this.#transcript.element, !empty);
    setShown(this.#welcome, empty || readiness !== 'ready');
    this.#welcome.classList.toggle('above', !empty);
    setShown(this.#cleared, canUndoClear && empty);
    this.#drawWelcome(readiness);
  }

  #drawWelcome(readiness: ChatHeader['readiness']): void {
    const { strings } = this.#state;
    const { connection, trouble } = this.#shown;
    const drawn = `${readiness} ${connection} ${trouble}`;
    if (this.#welcome.dataset['drawn'] === drawn) return;
    this.#welcome.dataset['drawn'] = drawn;
    const action = (label: string, method: WelcomeAction): HTMLElement =>
      createButton({ label, appearance: 'primary', onClick: () => host.tell(method) });
    const link = (label: string, method: WelcomeAction): HTMLElement => {
      const button = h('button', { class: 'link', type: 'button' }, label);
      button.addEventListener('click', () => host.tell(method));
      return button;
    };
    const other = link(strings.switchConnection, 'switchConnection');
    switch (readiness) {
      case 'loading':
        return this.#welcome.replaceChildren(h('p', { class: 'muted' }, strings.loading));
      case 'untrusted':
        return this.#welcome.replaceChildren(h('p', {}, strings.untrustedText), action(strings.manageTrust, 'manageTrust'));
      case 'noModels':
        return this.#welcome.replaceChildren(
          h('h2', {}, strings.noModelsTitle),
          h('p', {}, fill(strings.noModelsText, connection)),
          action(strings.createJob, 'createJob'),
          other,
        );
      case 'noKey':
        return this.#welcome.replaceChildren(h('p', {}, fill(strings.noKeyText, connection)), action(strings.setKey, 'setKey'), other);
      case 'keyRefused':
        return this.#welcome.replaceChildren(h('p', {}, trouble), action(strings.setKey, 'setKey'), other);
      case 'failed':
        return this.#welcome.replaceChildren(h('p', {}, trouble), action(strings.tryAgain, 'refreshModels'), other);
      case 'noneDeployed':
        return this.#welcome.replaceChildren(
          h('h2', {}, strings.noneDeployedTitle),
          h('p', {}, fill(strings.noneDeployedText, connection)),
          action(strings.chooseModel, 'pickModel'),
          other,
        );
      case 'noneChosen':
        return this.#welcome.replaceChildren(h('p', {}, strings.noneChosenText), action(strings.chooseModel, 'pickModel'));
      case 'ready':
        return this.#welcome.replaceChildren(h('h2', {}, strings.emptyTitle), h('p', { class: 'muted' }, strings.emptyText));
    }
  }
}

type WelcomeAction = 'createJob' | 'manageTrust' | 'pickModel' | 'setKey' | 'refreshModels' | 'switchConnection';

function isUnderWay({ answer }: TurnView): boolean {
  return answer.status === 'waiting' || answer.status === 'streaming';
}

const host = connectHost<ChatHost, ChatPage>({
  showHeader: async (header) => (await view).showHeader(header),
  showTurns: async ({ turns }) => (await view).showTurns(turns),
  showTurn: async (turn) => (await view).showTurn(turn),
  addText: async ({ answerId, text }) => (await view).addText(answerId, text),
  showDraft: async ({ text, focus }) => (await view).showDraft(text, focus),
  focusInput: async () => (await view).focusInput(),
});
const kept = getKept();
const view: Promise<ChatView> = host
  .call('ready', {
    draft: typeof kept['draft'] === 'string' ? kept['draft'] : '',
    editedAt: typeof kept['editedAt'] === 'number' ? kept['editedAt'] : 0,
  })
  .then((state) => new ChatView(state, kept['settingsOpen'] === true));
