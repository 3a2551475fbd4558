import type { ChatStrings } from '../../src/protocol/chat.ts';
import { h, setShown } from '../shared/dom.ts';
import { createButton, type ButtonElement } from '../shared/toolkit.ts';

type ComposerActions = {
  /** Resolves to false if the question was not taken; the text stays. */
  readonly send: (text: string) => Promise<boolean>;
  readonly stop: () => void;
  readonly edited: (text: string) => void;
  readonly lastQuestion: () => string;
};

/** Where questions are typed. */
export class Composer {
  readonly element: HTMLElement;
  readonly #input: HTMLTextAreaElement;
  readonly #send: ButtonElement;
  readonly #stop: ButtonElement;
  readonly #actions: ComposerActions;
  #busy = false;
  #ready = false;

  constructor(strings: ChatStrings, draft: string, actions: ComposerActions) {
    this.#actions = actions;
    this.#input = h('textarea', { rows: 1, 'aria-label': strings.inputLabel, placeholder: strings.inputPlaceholder, spellcheck: 'true' });
    this.#input.value = draft;
    this.#send = createButton({ label: strings.send, appearance: 'icon', icon: 'send', class: 'send', onClick: () => void this.#submit() });
    this.#stop = createButton({ label: strings.stop, appearance: 'icon', icon: 'stop', class: 'stop', onClick: () => actions.stop() });
    this.#input.addEventListener('input', () => this.#edited());
    this.#input.addEventListener('keydown', (event) => this.#onKey(event));
    this.element = h('div', { class: 'composer' }, this.#input, h('div', { class: 'composer-buttons' }, this.#send, this.#stop));
    this.#update();
  }

  setState(state: { readonly busy: boolean; readonly ready: boolean }): void {
    // The button that was pressed gives its place to the other one; the keyboard must not end up nowhere.
    if (state.busy !== this.#busy && this.element.contains(document.activeElement)) this.focus();
    this.#busy = state.busy;
    this.#ready = state.ready;
    this.#update();
  }

  get busy(): boolean {
    return this.#busy;
  }

  show(text: string): void {
    this.#input.value = text;
    this.#update();
  }

  focus(): void {
    this.#input.focus();
    this.#input.setSelectionRange(this.#input.value.length, this.#input.value.length);
  }

  #edited(): void {
    this.#update();
    this.#actions.edited(this.#input.value);
  }

  #update(): void {
    setShown(this.#send, !this.#busy);
    setShown(this.#stop, this.#busy);
    this.#send.disabled = !this.#ready || this.#input.value.trim() === '';
  }

  #onKey(event: KeyboardEvent): void {
    // Enter that ends the composition of a character belongs to the input method.
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      void this.#submit();
    } else if (event.key === 'ArrowUp' && this.#input.value === '') {
      const question = this.#actions.lastQuestion();
      if (question === '') return;
      event.preventDefault();
      this.show(question);
      this.#edited();
      this.focus();
    }
  }

  async #submit(): Promise<void> {
    const text = this.#input.value;
    if (this.#busy || !this.#ready || text.trim() === '') return;
    const taken = await this.#actions.send(text.trim());
    // What was typed in the meantime is a new draft.
    if (!taken || this.#input.value !== text) return;
    this.show('');
    this.#actions.edited('');
  }
}
