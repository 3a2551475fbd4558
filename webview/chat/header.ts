import type { ChatHeader, ChatSettingsChange, ChatStrings } from '../../src/protocol/chat.ts';
import { h, setShown } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import {
  createButton,
  createCheckbox,
  createTextArea,
  createTextField,
  type CheckboxControl,
  type TextAreaElement,
  type TextFieldElement,
} from '../shared/toolkit.ts';

type HeaderActions = {
  readonly pickModel: () => void;
  readonly change: (change: ChatSettingsChange) => void;
  readonly resetSystem: () => void;
  readonly settingsToggled: (open: boolean) => void;
};

/** Which model is asked, with its job, and what it is asked with. */
export class Header {
  readonly element: HTMLElement;
  readonly #strings: ChatStrings;
  readonly #name = h('span', { class: 'model-name' });
  readonly #detail = h('span', { class: 'model-detail muted' });
  readonly #warning = h('div', { class: 'model-warning' });
  readonly #model: HTMLButtonElement;
  readonly #toggle: HTMLElement;
  readonly #settings: HTMLElement;
  readonly #system: TextAreaElement;
  readonly #systemState = h('span', { class: 'muted hint' });
  readonly #reset: HTMLElement;
  readonly #temperature: TextFieldElement;
  readonly #maxTokens: TextFieldElement;
  readonly #earlier: CheckboxControl;
  readonly #earlierHint = h('p', { class: 'muted hint' });
  #open = false;
  #shown: ChatHeader | undefined;

  constructor(strings: ChatStrings, open: boolean, actions: HeaderActions) {
    this.#strings = strings;
    this.#model = h(
      'button',
      { class: 'model', type: 'button' },
      icon('model'),
      h('span', { class: 'model-text' }, this.#name, this.#detail),
      icon('down'),
    );
    this.#model.addEventListener('click', () => actions.pickModel());
    this.#toggle = createButton({
      label: strings.settings,
      appearance: 'icon',
      icon: 'settings',
      onClick: () => {
        this.#setOpen(!this.#open);
        actions.settingsToggled(this.#open);
      },
    });
    this.#system = createTextArea(strings.systemPrompt, 3, (system) => actions.change({ system }));
    this.#reset = h('button', { class: 'link', type: 'button' }, strings.reset);
    this.#reset.addEventListener('click', () => actions.resetSystem());
    this.#temperature = createTextField(strings.temperature, (value) => this.#commitTemperature(value, actions));
    this.#temperature.title = strings.temperatureHint;
    this.#maxTokens = createTextField(strings.maxTokens, (value) => this.#commitMaxTokens(value, actions));
    this.#maxTokens.title = strings.maxTokensHint;
    this.#maxTokens.placeholder = strings.unlimited;
    this.#earlier = createCheckbox(strings.earlierTurns, false, (earlierTurns) => actions.change({ earlierTurns }));
    this.#settings = h(
      'div',
      { class: 'settings', id: 'settings' },
      this.#system,
      h('p', { class: 'hint' }, this.#systemState, ' ', this.#reset),
      h('div', { class: 'numbers' }, this.#temperature, this.#maxTokens),
      h('div', {}, this.#earlier.element, this.#earlierHint),
    );
    this.element = h('header', {}, h('div', { class: 'head-row' }, this.#model, this.#toggle), this.#warning, this.#settings);
    this.#setOpen(open);
  }

  show(header: ChatHeader): void {
    this.#shown = header;
    const { model } = header;
    this.#name.textContent = model?.name ?? this.#strings.chooseModel;
    this.#detail.textContent = model?.detail ?? '';
    setShown(this.#detail, model !== null);
    const label = model === null ? this.#strings.chooseModel : `${this.#strings.modelLabel}: ${model.name}, ${model.detail}. ${this.#strings.changeModel}`;
    this.#model.setAttribute('aria-label', label);
    this.#model.title = model === null ? label : `${model.name}\n${model.detail}`;
    this.#warning.replaceChildren(...(model?.warning ? [h('div', { class: 'remark warning' }, icon('warning'), h('div', {}, model.warning))] : []));
    setShown(this.element, header.readiness === 'ready' || header.readiness === 'noneChosen');
    // What a person is typing is newer than what comes back.
    if (!this.#system.contains(document.activeElement)) this.#system.value = header.system;
    const { systemAsTrained, systemChanged, systemUnknown } = this.#strings;
    this.#systemState.textContent = { asTrained: systemAsTrained, changed: systemChanged, unknown: systemUnknown }[header.systemState];
    this.#systemState.classList.toggle('caution', header.systemState === 'changed');
    setShown(this.#reset, header.systemState === 'changed');
    if (!this.#temperature.contains(document.activeElement)) this.#temperature.value = String(header.temperature);
    if (!this.#maxTokens.contains(document.activeElement)) this.#maxTokens.value = header.maxTokens === null ? '' : String(header.maxTokens);
    this.#earlier.set(header.earlierTurns);
    this.#earlierHint.textContent = header.earlierTurnsHint;
  }

  /** After «Reset» the field shows the prompt although it may have the focus. */
  showSystem(system: string): void {
    this.#system.value = system;
  }

  #setOpen(open: boolean): void {
    this.#open = open;
    setShown(this.#settings, open);
    this.#toggle.setAttribute('aria-expanded', String(open));
    this.#toggle.classList.toggle('on', open);
  }

  #commitTemperature(value: string, actions: HeaderActions): void {
    const temperature = Number(value.trim().replace(',', '.'));
    if (value.trim() !== '' && temperature >= 0 && temperature <= 2) actions.change({ temperature });
    else this.#temperature.value = String(this.#shown?.temperature ?? 0);
  }

  #commitMaxTokens(value: string, actions: HeaderActions): void {
    const text = value.trim();
    const maxTokens = text === '' ? null : Number(text);
    if (maxTokens === null || (Number.isSafeInteger(maxTokens) && maxTokens > 0)) actions.change({ maxTokens });
    else this.#maxTokens.value = this.#shown?.maxTokens ? String(this.#shown.maxTokens) : '';
  }
}
