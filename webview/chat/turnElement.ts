import type { AnswerView, ChatStrings, TurnView } from '../../src/protocol/chat.ts';
import { fill, h, setShown } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { createButton, type ButtonElement } from '../shared/toolkit.ts';
import { toHtml } from './markdown.ts';

export type TurnActions = {
  readonly retry: (turnId: string) => void;
  readonly show: (turnId: string, index: number) => void;
  readonly copy: (turnId: string) => void;
  readonly insert: (turnId: string) => void;
  readonly copyText: (text: string) => void;
  readonly setKey: () => void;
  readonly showLog: () => void;
};

/** One question with its answer. */
export class TurnElement {
  readonly element: HTMLElement;
  readonly #strings: ChatStrings;
  readonly #actions: TurnActions;
  readonly #body = h('div', { class: 'markdown' });
  readonly #foot = h('div', { class: 'answer-foot' });
  #turn: TurnView;
  #text = '';
  #drawing = 0;

  constructor(turn: TurnView, strings: ChatStrings, actions: TurnActions) {
    this.#turn = turn;
    this.#strings = strings;
    this.#actions = actions;
    const question = h('div', { class: 'question' }, h('span', { class: 'visually-hidden' }, `${strings.you}: `));
    if (turn.source !== undefined) {
      question.append(h('div', { class: 'source muted' }, fill(strings.selectionFrom, turn.source)));
    }
    question.append(h('div', { class: 'plain' }, turn.question));
    this.element = h('article', { class: 'turn', 'data-turn': turn.id }, question, h('div', { class: 'answer' }, this.#body, this.#foot));
    this.show(turn);
  }

  get answer(): AnswerView {
    return { ...this.#turn.answer, text: this.#text };
  }

  show(turn: TurnView): void {
    this.#turn = turn;
    this.#text = turn.answer.text;
    this.element.dataset['status'] = turn.answer.status;
    this.#drawBody();
    this.#drawFoot();
  }

  /** More text of the answer; drawn with the next frame, however many parts come before it. */
  addText(text: string, afterDrawing: () => void): void {
    const first = this.#text === '';
    this.#text += text;
    if (first) {
      this.element.dataset['status'] = 'streaming';
      setShown(this.#foot, false);
    }
    if (this.#drawing !== 0) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#drawBody();
      afterDrawing();
    });
  }

  #drawBody(): void {
    const { status } = this.#turn.answer;
    if (this.#text === '' && status === 'done') {
      this.#body.replaceChildren(h('p', { class: 'muted' }, this.#strings.emptyAnswer));
      return;
    }
    this.#body.innerHTML = toHtml(this.#text);
    if (status === 'waiting' || status === 'streaming') return;
    for (const block of this.#body.querySelectorAll('pre')) {
      const code = block.textContent ?? '';
      block.append(
        createButton({
          label: this.#strings.copyCode,
          appearance: 'icon',
          icon: 'copy',
          class: 'copy-code',
          onClick: (button) => this.#confirm(button, () => this.#actions.copyText(code)),
        }),
      );
    }
  }

  #drawFoot(): void {
    const { id, answer, shown, answerCount } = this.#turn;
    const strings = this.#strings;
    setShown(this.#foot, answer.status !== 'streaming');
    if (answer.status === 'waiting') {
      const spinner = icon('running');
      spinner.classList.add('spin');
      this.#foot.replaceChildren(h('span', { class: 'row muted waiting' }, spinner, strings.thinking));
      return;
    }
    const nodes: Node[] = [];
    if (answer.note !== undefined) nodes.push(h('p', { class: 'muted note' }, answer.note));
    if (answer.failure !== undefined) nodes.push(this.#toFailure(answer.failure));
    const tools = h('div', { class: 'row tools' });
    if (answerCount > 1) tools.append(this.#toSwitcher(id, shown, answerCount));
    const hasText = answer.text !== '';
    const add = (label: string, name: 'retry' | 'copy' | 'insert', run: (button: ButtonElement) => void): void => {
      tools.append(createButton({ label, appearance: 'icon', icon: name, onClick: run }));
    };
    if (hasText) {
      add(strings.copy, 'copy', (button) => this.#confirm(button, () => this.#actions.copy(id)));
      add(strings.insert, 'insert', () => this.#actions.insert(id));
    }
    if (answer.failure === undefined) add(strings.retry, 'retry', () => this.#actions.retry(id));
    const figures = h('span', { class: 'muted figures', title: answer.figuresDetail }, answer.figures);
    tools.append(figures);
    nodes.push(tools);
    this.#foot.replaceChildren(...nodes);
  }

  #toFailure(failure: NonNullable<AnswerView['failure']>): HTMLElement {
    const { strings, actions } = { strings: this.#strings, actions: this.#actions };
    const { id } = this.#turn;
    const buttons = h('div', { class: 'row failure-actions' });
    buttons.append(createButton({ label: strings.retry, appearance: 'primary', onClick: () => actions.retry(id) }));
    if (failure.needsKey) buttons.append(createButton({ label: strings.setKey, onClick: () => actions.setKey() }));
    buttons.append(createButton({ label: strings.showLog, onClick: () => actions.showLog() }));
    return h('div', { class: 'remark error', role: 'alert' }, icon('error'), h('div', {}, failure.message, buttons));
  }

  #toSwitcher(id: string, shown: number, count: number): HTMLElement {
    const { strings, actions } = { strings: this.#strings, actions: this.#actions };
    const back = createButton({ label: strings.previousAnswer, appearance: 'icon', icon: 'left', onClick: () => actions.show(id, shown - 1) });
    const on = createButton({ label: strings.nextAnswer, appearance: 'icon', icon: 'right', onClick: () => actions.show(id, shown + 1) });
    back.disabled = shown === 0;
    on.disabled = shown === count - 1;
    return h('span', { class: 'row switcher' }, back, h('span', { class: 'muted' }, fill(strings.answerOf, shown + 1, count)), on);
  }

  #confirm(button: ButtonElement, run: () => void): void {
    run();
    const before = [...button.childNodes];
    button.replaceChildren(icon('check'));
    button.title = this.#strings.copied;
    setTimeout(() => {
      button.replaceChildren(...before);
      button.title = this.#strings.copy;
    }, 1500);
  }
}
