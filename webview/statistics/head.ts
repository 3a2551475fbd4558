import type { StatisticsView } from '../../src/protocol/statistics.ts';
import { h, setShown } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { createButton } from '../shared/toolkit.ts';
import type { Words } from './words.ts';

/** Name of the file, what goes on, what must be known, and the file in a few numbers. */
export class Head {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #title = h('h1');
  readonly #subtitle = h('p', { class: 'muted subtitle' });
  readonly #progress = h('progress');
  readonly #doing = h('span', { class: 'muted', role: 'status' });
  readonly #activity: HTMLElement;
  readonly #stop: HTMLElement;
  readonly #remarks = h('div', { class: 'remarks', role: 'status' });
  readonly #facts = h('dl', { class: 'facts' });
  readonly #onRetry: () => void;
  #told = '';

  constructor(words: Words, on: { readonly stop: () => void; readonly retry: () => void }) {
    this.#words = words;
    this.#onRetry = on.retry;
    this.#progress.setAttribute('aria-label', words.strings.examples);
    this.#stop = createButton({ label: words.strings.stop, icon: 'stop', onClick: on.stop });
    this.#activity = h('div', { class: 'activity' }, this.#progress, this.#doing, this.#stop);
    this.element = h('header', {}, this.#title, this.#subtitle, this.#activity, this.#remarks, this.#facts);
  }

  show({ title, subtitle, activity, remarks, report }: StatisticsView): void {
    this.#title.textContent = title;
    this.#subtitle.textContent = subtitle;
    setShown(this.#subtitle, subtitle !== title);
    setShown(this.#activity, activity !== null);
    this.#doing.textContent = activity?.text ?? '';
    setShown(this.#stop, activity?.canStop === true);
    if (activity?.share == null) this.#progress.removeAttribute('value');
    else this.#progress.value = activity.share;
    const told = JSON.stringify(remarks);
    if (told !== this.#told) {
      this.#told = told;
      this.#remarks.replaceChildren(...remarks.map((remark) => this.#remark(remark)));
    }
    if (report !== null) this.#facts.replaceChildren(...this.#toFacts(report));
  }

  #remark({ tone, text, canRetry }: StatisticsView['remarks'][number]): HTMLElement {
    const { strings } = this.#words;
    const sign = icon(tone);
    const body = h('div', {}, h('span', { class: 'visually-hidden' }, `${strings[tone]}: `), text);
    if (canRetry) {
      const button = createButton({ label: strings.retry, icon: 'retry', onClick: () => this.#onRetry() });
      body.append(h('div', { class: 'remark-actions' }, button));
    }
    const element = h('div', { class: `remark ${tone}` }, body);
    element.prepend(sign);
    return element;
  }

  #toFacts({ states, measures, missingTokens, repeatedGroups, copies, formats }: NonNullable<StatisticsView['report']>): HTMLElement[] {
    const words = this.#words;
    const { strings } = words;
    const fact = (name: string, value: string, note = ''): HTMLElement =>
      h('div', { class: 'fact' }, h('dt', { class: 'muted' }, name), h('dd', {}, value, note === '' ? null : h('span', { class: 'muted note' }, note)));
    const format = formats.length === 1 ? formats[0]?.format : undefined;
    const facts = [fact(strings.examples, words.number(states.example), format ? strings[format] : '')];
    if (measures.tokens !== null) {
      const tokens = words.number(measures.tokens.sum);
      facts.push(fact(strings.tokens, missingTokens > 0 ? words.fill(strings.moreThan, tokens) : tokens));
    }
    if (repeatedGroups > 0) facts.push(fact(strings.repeated, words.number(copies), strings.repeatedNote));
    return facts;
  }
}
