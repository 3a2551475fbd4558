import type { MetricsStrings, MetricsViewChoices } from '../../src/protocol/metrics.ts';
import { h, setShown } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import { createButton, createCheckbox, type ButtonElement } from '../shared/toolkit.ts';

type ToolbarActions = {
  readonly change: (choices: Partial<MetricsViewChoices>) => void;
  readonly resetZoom: () => void;
  readonly copyCsv: () => void;
  readonly exportCsv: () => void;
};

/** How the points are shown. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly #table: ButtonElement;
  readonly #reset: ButtonElement;
  readonly #chartTools: HTMLElement;
  readonly #strings: MetricsStrings;
  #showsTable = false;

  constructor(strings: MetricsStrings, choices: MetricsViewChoices, actions: ToolbarActions) {
    this.#strings = strings;
    const amount = h('output', { class: 'muted amount' }, choices.smoothing.toFixed(2));
    const slider = h('input', { type: 'range', min: 0, max: 0.99, step: 0.01, value: choices.smoothing });
    slider.addEventListener('input', () => {
      amount.textContent = Number(slider.value).toFixed(2);
      actions.change({ smoothing: Number(slider.value) });
    });
    const smoothing = h('label', { class: 'row slider' }, strings.smoothing, slider, amount);
    const log = createCheckbox(strings.logLoss, choices.logLoss, (logLoss) => actions.change({ logLoss }));
    log.element.title = strings.logHidesZero;
    this.#reset = createButton({ label: strings.resetZoom, icon: 'retry', onClick: () => actions.resetZoom() });
    this.#reset.disabled = true;
    this.#chartTools = h('div', { class: 'row' }, smoothing, log.element, this.#reset);
    this.#table = createButton({ label: strings.table, onClick: () => actions.change({ table: !this.#showsTable }) });
    const copy = createButton({
      label: strings.copyCsv,
      icon: 'copy',
      onClick: (button) => {
        actions.copyCsv();
        confirmCopy(button, strings);
      },
    });
    const save = createButton({ label: strings.exportCsv, icon: 'save', onClick: () => actions.exportCsv() });
    const right = h('div', { class: 'row' }, this.#table, copy, save);
    this.element = h('div', { class: 'toolbar' }, this.#chartTools, right);
    this.showTable(choices.table);
  }

  showTable(shown: boolean): void {
    this.#showsTable = shown;
    this.#table.textContent = shown ? this.#strings.charts : this.#strings.table;
    setShown(this.#chartTools, !shown);
  }

  setZoomed(zoomed: boolean): void {
    this.#reset.disabled = !zoomed;
  }
}

function confirmCopy(button: ButtonElement, strings: MetricsStrings): void {
  const sign = icon('check');
  sign.setAttribute('slot', 'start');
  const before = [...button.childNodes];
  button.replaceChildren(sign, strings.copied);
  button.disabled = true;
  setTimeout(() => {
    button.replaceChildren(...before);
    button.disabled = false;
  }, 1500);
}
