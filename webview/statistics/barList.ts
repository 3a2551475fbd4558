import type { Selection } from '../../src/core/dataset/statistics.ts';
import { h, setShown } from '../shared/dom.ts';
import type { ShowLines } from './words.ts';

export type BarRow = {
  /** Text of the person's file, or ours. */
  readonly label: string;
  /** Ours, in place of a text that is not there. */
  readonly isName?: boolean;
  readonly value: string;
  /** Length of the bar, 0 to 1. */
  readonly share: number;
  /** First words of the example. */
  readonly detail?: string;
  readonly selection: Selection;
};

/** Named bars below each other, each a button to its lines; a list to screen readers. */
export class BarList {
  readonly element: HTMLElement;
  readonly #title: string;
  readonly #note = h('span', { class: 'muted note' });
  readonly #empty = h('p', { class: 'muted' });
  readonly #list = h('ol', { class: 'rows' });
  readonly #showLines: ShowLines;
  #drawn = '';

  constructor(title: string, showLines: ShowLines) {
    this.#title = title;
    this.#showLines = showLines;
    this.element = h('section', { class: 'card' }, h('h2', {}, title, this.#note), this.#empty, this.#list);
  }

  /** `empty` stands in place of the rows; without it a card without rows goes. */
  show(rows: readonly BarRow[], texts: { readonly note?: string; readonly empty?: string } = {}): void {
    setShown(this.element, rows.length > 0 || texts.empty !== undefined);
    this.#note.textContent = texts.note ?? '';
    this.#empty.textContent = rows.length === 0 ? (texts.empty ?? '') : '';
    setShown(this.#empty, rows.length === 0);
    // News of the tokens must not take the focus from a row that stays.
    const drawn = JSON.stringify(rows);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = [...this.#list.children].findIndex((row) => row.contains(document.activeElement));
    this.#list.replaceChildren(...rows.map((row) => this.#row(row)));
    const again = this.#list.children[focused]?.firstElementChild;
    if (again instanceof HTMLElement) again.focus();
  }

  #row({ label, isName, value, share, detail, selection }: BarRow): HTMLElement {
    const bar = h('span', { class: 'bar' });
    bar.style.width = `${100 * share}%`;
    const button = h(
      'button',
      { type: 'button', class: 'bar-row', title: detail === undefined ? label : `${label}: ${detail}` },
      h('span', { class: isName ? 'label name' : 'label' }, label, detail === undefined ? null : h('span', { class: 'muted detail' }, detail)),
      h('span', { class: 'value' }, value),
      h('span', { class: 'track' }, bar),
    );
    button.addEventListener('click', () => this.#showLines(selection, `${this.#title}: ${label.slice(0, 60)}`));
    return h('li', {}, button);
  }
}
