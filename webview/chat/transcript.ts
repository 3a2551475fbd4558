import type { ChatStrings, TurnView } from '../../src/protocol/chat.ts';
import { fill, h, setShown } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { TurnElement, type TurnActions } from './turnElement.ts';

type TranscriptActions = TurnActions & { readonly openLink: (url: string) => void };

/** The conversation. Stays at its end while a person reads there, and leaves them where they are if they scrolled up. */
export class Transcript {
  readonly element: HTMLElement;
  readonly #strings: ChatStrings;
  readonly #actions: TranscriptActions;
  readonly #log: HTMLElement;
  readonly #jump: HTMLElement;
  readonly #spoken = h('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  readonly #turns = new Map<string, TurnElement>();
  #atEnd = true;

  constructor(strings: ChatStrings, actions: TranscriptActions) {
    this.#strings = strings;
    this.#actions = actions;
    // Not read out part by part: a finished answer is announced as a whole.
    this.#log = h('div', { class: 'log', role: 'log', 'aria-live': 'off', 'aria-label': strings.transcript, tabindex: 0 });
    this.#jump = h('button', { class: 'jump', type: 'button', 'aria-label': strings.jumpToEnd, title: strings.jumpToEnd }, icon('down'));
    this.#jump.addEventListener('click', () => this.scrollToEnd());
    this.#log.addEventListener('scroll', () => this.#followScroll());
    this.#log.addEventListener('click', (event) => this.#openLink(event));
    this.element = h('div', { class: 'transcript' }, this.#log, this.#jump, this.#spoken);
    new ResizeObserver(() => this.#stay()).observe(this.#log);
    setShown(this.#jump, false);
  }

  get isEmpty(): boolean {
    return this.#turns.size === 0;
  }

  /** The last question asked, to be asked again with changes. */
  get lastQuestion(): string {
    return [...this.#turns.values()].at(-1)?.element.querySelector('.plain')?.textContent ?? '';
  }

  showAll(turns: readonly TurnView[]): void {
    this.#turns.clear();
    this.#log.replaceChildren();
    for (const turn of turns) this.#add(turn);
    this.scrollToEnd();
  }

  showTurn(turn: TurnView): void {
    const known = this.#turns.get(turn.id);
    if (known === undefined) {
      this.#add(turn);
      this.scrollToEnd();
      return;
    }
    const wasUnderWay = isUnderWay(known.answer.status);
    known.show(turn);
    if (wasUnderWay && !isUnderWay(turn.answer.status)) this.#announce(turn);
    if (!wasUnderWay && isUnderWay(turn.answer.status)) known.element.scrollIntoView({ block: 'nearest' });
    this.#stay();
  }

  addText(answerId: string, text: string): void {
    for (const turn of this.#turns.values()) {
      if (turn.answer.id === answerId) turn.addText(text, () => this.#stay());
    }
  }

  scrollToEnd(): void {
    this.#atEnd = true;
    this.#stay();
  }

  #add(turn: TurnView): void {
    const element = new TurnElement(turn, this.#strings, this.#actions);
    this.#turns.set(turn.id, element);
    this.#log.append(element.element);
  }

  #announce({ answer }: TurnView): void {
    const failed = answer.failure === undefined ? undefined : fill(this.#strings.failed, answer.failure.message);
    this.#spoken.textContent = failed ?? fill(this.#strings.finished, answer.text || this.#strings.emptyAnswer);
  }

  #followScroll(): void {
    this.#atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 40;
    setShown(this.#jump, !this.#atEnd);
  }

  #stay(): void {
    if (this.#atEnd) this.#log.scrollTop = this.#log.scrollHeight;
    setShown(this.#jump, !this.#atEnd);
  }

  /** VS Code would open the link too; one of us is enough, and ours asks first what it is. */
  #openLink(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#actions.openLink(link.href);
  }
}

function isUnderWay(status: TurnView['answer']['status']): boolean {
  return status === 'waiting' || status === 'streaming';
}
