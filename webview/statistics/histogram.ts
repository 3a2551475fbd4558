import type { Distribution } from '../../src/core/dataset/distribution.ts';
import type { Measure } from '../../src/core/dataset/statistics.ts';
import { h, setShown } from '../shared/dom.ts';
import type { ShowLines, Words } from './words.ts';

type HistogramOptions = {
  readonly measure: Measure;
  readonly title: string;
  readonly note?: string;
  readonly words: Words;
  readonly showLines: ShowLines;
};

/** So many bars have room for a text below each. */
const fewBars = 6;
const fewNumbers = 14;

/** How one measure spreads: a bar per range, each a button to its lines, and the same as a table. */
export class Histogram {
  readonly element: HTMLElement;
  readonly #options: HistogramOptions;
  readonly #spread = h('p', { class: 'muted' });
  readonly #bars: HTMLElement;
  readonly #axis = h('div', { class: 'axis muted', 'aria-hidden': 'true' });
  readonly #table = h('table');
  /** The bar that Tab reaches; the arrow keys go on from it. */
  #current = 0;

  constructor(options: HistogramOptions) {
    this.#options = options;
    const { title, note, words } = options;
    this.#bars = h('div', { class: 'bars', role: 'group', 'aria-label': title });
    this.#bars.addEventListener('keydown', (event) => this.#move(event));
    this.element = h(
      'section',
      { class: 'card' },
      h('h2', {}, title, note === undefined ? null : h('span', { class: 'muted note' }, note)),
      this.#spread,
      this.#bars,
      this.#axis,
      h('details', {}, h('summary', { class: 'muted' }, words.strings.table), h('div', { class: 'scroller' }, this.#table)),
    );
  }

  show(distribution: Distribution | null): void {
    setShown(this.element, distribution !== null);
    if (distribution === null) return;
    const { words } = this.#options;
    const { buckets, count, median, high, most } = distribution;
    this.#spread.textContent = words.fill(words.strings.spread, median, high, most);
    const highest = Math.max(1, ...buckets.map(({ examples }) => examples));
    this.#current = Math.min(this.#current, buckets.length - 1);
    const isOpen = (index: number): boolean => index > 0 && index === buckets.length - 1 && isWider(buckets);
    const focused = this.#bars.contains(document.activeElement);
    this.#bars.replaceChildren(...buckets.map((bucket, index) => this.#bar(bucket, index, { count, highest, isOpen })));
    if (focused) this.#focus(this.#current);
    const few = buckets.length <= (buckets.every(({ from, to }) => from === to) ? fewNumbers : fewBars);
    this.#bars.classList.toggle('few', few);
    this.#axis.classList.toggle('few', few);
    const marks = few ? buckets.map(({ from, to }) => words.range(from, to)) : ends(buckets, words);
    this.#axis.replaceChildren(...marks.map((mark) => h('span', {}, mark)));
    this.#table.replaceChildren(this.#head(), h('tbody', {}, ...buckets.map((bucket) => this.#row(bucket, count))));
  }

  #bar({ from, to, examples }: Distribution['buckets'][number], index: number, of: { readonly count: number; readonly highest: number; isOpen(index: number): boolean }): HTMLElement {
    const { words, measure, showLines, title } = this.#options;
    const range = words.range(from, to);
    const label = words.fill(words.strings.bucketExamples, range, examples, words.share(examples, of.count));
    const bar = h('span', { class: 'bar' });
    bar.style.height = `${(100 * examples) / of.highest}%`;
    const button = h(
      'button',
      { type: 'button', class: 'column', title: label, 'aria-label': label, tabindex: index === this.#current ? 0 : -1, 'aria-disabled': examples === 0 ? 'true' : undefined },
      bar,
    );
    button.classList.toggle('some', examples > 0);
    button.classList.toggle('open', of.isOpen(index));
    button.addEventListener('click', () => {
      this.#current = index;
      if (examples > 0) showLines({ kind: 'bucket', measure, from, to }, `${title}: ${range}`);
    });
    return button;
  }

  #head(): HTMLElement {
    const { range, examples, share } = this.#options.words.strings;
    return h('thead', {}, h('tr', {}, ...[range, examples, share].map((name) => h('th', { scope: 'col' }, name))));
  }

  #row({ from, to, examples }: Distribution['buckets'][number], count: number): HTMLElement {
    const { words } = this.#options;
    const cells = [words.number(examples), words.share(examples, count)].map((text) => h('td', {}, text));
    return h('tr', {}, h('th', { scope: 'row' }, words.range(from, to)), ...cells);
  }

  #move(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#focus(Math.max(0, Math.min(this.#bars.children.length - 1, this.#current + step)));
  }

  #focus(index: number): void {
    this.#bars.children[this.#current]?.setAttribute('tabindex', '-1');
    this.#current = index;
    const bar = this.#bars.children[index];
    bar?.setAttribute('tabindex', '0');
    if (bar instanceof HTMLElement) bar.focus();
  }
}

/** Where the bars begin, have their middle and end; an open last bar is told as the range it is. */
function ends(buckets: Distribution['buckets'], words: Words): readonly string[] {
  const [first] = buckets;
  const middle = buckets[Math.floor(buckets.length / 2)];
  const last = buckets.at(-1);
  if (first === undefined || middle === undefined || last === undefined) return [];
  return [words.number(first.from), words.number(middle.from), isWider(buckets) ? words.range(last.from, last.to) : words.number(last.to)];
}

/** True if the last bar stands for more than its own width: for the rest of a long tail. */
function isWider(buckets: Distribution['buckets']): boolean {
  const [first] = buckets;
  const last = buckets.at(-1);
  return first !== undefined && last !== undefined && last.to - last.from > first.to - first.from;
}
