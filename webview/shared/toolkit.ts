import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeTextArea,
  vsCodeTextField,
  type Button,
  type Checkbox,
  type TextArea,
  type TextField,
} from '@vscode/webview-ui-toolkit';
import { h } from './dom.ts';
import { icon, type IconName } from './icons.ts';

/** The one place that knows the component library: it gets no more fixes, so it must stay replaceable. */
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeTextArea(), vsCodeTextField());

export type ButtonElement = Button;

type ButtonOptions = {
  readonly label: string;
  readonly appearance?: 'primary' | 'secondary' | 'icon';
  /** Beside the label; instead of it for the icon appearance, whose label becomes name and tooltip. */
  readonly icon?: IconName;
  readonly class?: string;
  readonly onClick: (button: ButtonElement) => void;
};

export function createButton(options: ButtonOptions): ButtonElement {
  const { appearance = 'secondary' } = options;
  const button = h('vscode-button', { appearance, class: options.class }) as ButtonElement;
  if (appearance === 'icon') {
    button.append(icon(options.icon ?? 'question'));
    button.setAttribute('aria-label', options.label);
    button.title = options.label;
  } else {
    if (options.icon) {
      const start = icon(options.icon);
      start.setAttribute('slot', 'start');
      button.append(start);
    }
    button.append(options.label);
  }
  button.addEventListener('click', () => options.onClick(button));
  return button;
}

export type CheckboxControl = { readonly element: HTMLElement; set(checked: boolean): void };

export function createCheckbox(label: string, checked: boolean, onChange: (checked: boolean) => void): CheckboxControl {
  const box = h('vscode-checkbox', {}, label) as Checkbox;
  // The component also reports values that it was given by code; only a person's change is news.
  let known = checked;
  box.checked = checked;
  box.addEventListener('change', () => {
    if (box.checked === known) return;
    known = box.checked;
    onChange(known);
  });
  return {
    element: box,
    set(value) {
      known = value;
      box.checked = value;
    },
  };
}

export type TextFieldElement = TextField;

export function createTextField(label: string, onCommit: (value: string) => void): TextFieldElement {
  const field = h('vscode-text-field', {}, label) as TextFieldElement;
  field.addEventListener('change', () => onCommit(field.value));
  return field;
}

export type TextAreaElement = TextArea;

export function createTextArea(label: string, rows: number, onInput: (value: string) => void): TextAreaElement {
  const area = h('vscode-text-area', { rows, resize: 'vertical' }, label) as TextAreaElement;
  area.addEventListener('input', () => onInput(area.value));
  return area;
}
