import { measures, type Measure, type MetricPoint } from '../../src/core/metrics/points.ts';
import type { MetricsStrings } from '../../src/protocol/metrics.ts';
import { fill, h } from '../shared/dom.ts';
import { createButton, createTextField, type ButtonElement } from '../shared/toolkit.ts';
import type { MeasureFormat } from './series.ts';

const pageSize = 100;

/** The points as a table, a page at a time: rows stay ordinary rows for keyboards and screen readers. */
export class PointTable {
  readonly element: HTMLElement;
  readonly #strings: MetricsStrings;
  readonly #format: MeasureFormat;
  readonly #table = h('table');
  readonly #scroller: HTMLElement;
  readonly #range = h('span', { class: 'muted', 'aria-live': 'polite' });
  readonly #previous: ButtonElement;
  readonly #next: ButtonElement;
  #points: readonly MetricPoint[] = [];
  /** Index of the first row; null, from the last page on, follows the end while the job runs. */
  #first: number | null = 0;
  #drawn = '';

  constructor(strings: MetricsStrings, format: MeasureFormat) {
    this.#strings = strings;
    this.#format = format;
    this.#previous = createButton({ label: strings.previousPage, icon: 'left', onClick: () => this.#turn(-1) });
    this.#next = createButton({ label: strings.nextPage, icon: 'right', onClick: () => this.#turn(1) });
    const jump = createTextField(strings.goToStep, (value) => this.#goTo(Number(value)));
    jump.setAttribute('size', '8');
    jump.classList.add('jump');
    this.#scroller = h('div', { class: 'scroller', tabindex: 0, role: 'region', 'aria-label': strings.table }, this.#table);
    this.element = h(
      'section',
      { class: 'card table-card' },
      h('div', { class: 'row table-tools' }, this.#previous, this.#next, this.#range, jump),
      this.#scroller,
    );
  }

  show(points: readonly MetricPoint[]): void {
    this.#points = points;
    this.#draw();
  }

  get #start(): number {
    const lastPage = Math.max(0, Math.floor((this.#points.length - 1) / pageSize) * pageSize);
    return this.#first === null ? lastPage : Math.min(this.#first, lastPage);
  }

  #turn(pages: number): void {
    const start = Math.max(0, this.#start + pages * pageSize);
    this.#first = start + pageSize >= this.#points.length ? null : start;
    this.#draw();
    this.#scroller.scrollTop = 0;
  }

  #goTo(step: number): void {
    if (!Number.isFinite(step)) return;
    const found = this.#points.findIndex((point) => point.step >= step);
    const index = found < 0 ? this.#points.length - 1 : found;
    this.#first = Math.floor(index / pageSize) * pageSize;
    this.#draw();
    const row = this.#table.tBodies[0]?.rows[index - this.#start];
    row?.scrollIntoView({ block: 'center' });
    for (const other of this.#table.querySelectorAll('.found')) other.classList.remove('found');
    row?.classList.add('found');
  }

  #draw(): void {
    const start = this.#start;
    const rows = this.#points.slice(start, start + pageSize);
    const columns = measures.filter((measure) => this.#points.some((point) => point[measure] !== undefined));
    const { rows: rowsText } = this.#strings;
    const of = [start + 1, start + rows.length, this.#points.length].map((number) => this.#format.step(number));
    this.#range.textContent = rows.length === 0 ? '' : fill(rowsText, ...of);
    this.#previous.disabled = start === 0;
    this.#next.disabled = start + rows.length >= this.#points.length;
    const drawn = JSON.stringify([columns, rows]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#table.replaceChildren(this.#toHead(columns), h('tbody', {}, ...rows.map((point) => this.#toRow(point, columns))));
  }

  #toHead(columns: readonly Measure[]): HTMLElement {
    const names = [this.#strings.step, ...columns.map((measure) => this.#strings[measure])];
    return h('thead', {}, h('tr', {}, ...names.map((name) => h('th', { scope: 'col' }, name))));
  }

  #toRow(point: MetricPoint, columns: readonly Measure[]): HTMLElement {
    const cells = columns.map((measure) => {
      const value = point[measure];
      return h('td', {}, value === undefined ? '' : this.#format.value(measure, value));
    });
    return h('tr', {}, h('th', { scope: 'row' }, this.#format.step(point.step)), ...cells);
  }
}
