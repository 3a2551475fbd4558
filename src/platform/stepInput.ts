import * as vscode from 'vscode';

/** What a step gives for the Back button. */
export const back = Symbol('back');

export type Step = { readonly title: string; readonly step?: number; readonly totalSteps?: number };

type TextStep = Step & {
  readonly prompt: string;
  readonly value?: string;
  readonly placeholder?: string;
  readonly password?: boolean;
  /** A sentence for what cannot be accepted, or a weaker message that does not stop the person. */
  readonly validate?: (value: string) => string | vscode.InputBoxValidationMessage | undefined;
};

/** One line of text; undefined if the person leaves. Back is offered from the second step on. */
export function askText(step: TextStep): Promise<string | typeof back | undefined> {
  const input = vscode.window.createInputBox();
  prepare(input, step);
  input.prompt = step.prompt;
  input.value = step.value ?? '';
  input.placeholder = step.placeholder;
  input.password = step.password === true;
  // The focus goes elsewhere when a key or an address is copied from another window.
  input.ignoreFocusOut = true;
  let touched = input.value !== '';
  const check = (): boolean => {
    const message = step.validate?.(input.value);
    // A field that nobody has typed into yet is not wrong.
    input.validationMessage = touched ? message : undefined;
    return message === undefined || (typeof message !== 'string' && message.severity !== vscode.InputBoxValidationSeverity.Error);
  };
  check();
  return new Promise((resolve) => {
    const end = (result: string | typeof back | undefined): void => {
      resolve(result);
      input.dispose();
    };
    input.onDidChangeValue(() => {
      touched = true;
      check();
    });
    input.onDidAccept(() => {
      touched = true;
      if (check()) end(input.value);
    });
    input.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) end(back);
    });
    input.onDidHide(() => end(undefined));
    input.show();
  });
}

type ChoiceStep<T extends vscode.QuickPickItem> = Step & {
  readonly placeholder: string;
  readonly items: readonly T[];
  readonly active?: T;
  /** What a button of an item does; the pick is left. */
  readonly onButton?: (item: T, button: vscode.QuickInputButton) => void;
};

/** One of several; undefined if the person leaves. */
export function askChoice<T extends vscode.QuickPickItem>(step: ChoiceStep<T>): Promise<T | typeof back | undefined> {
  const input = vscode.window.createQuickPick<T>();
  prepare(input, step);
  input.placeholder = step.placeholder;
  input.items = step.items;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.ignoreFocusOut = step.step !== undefined;
  if (step.active) input.activeItems = [step.active];
  return new Promise((resolve) => {
    const end = (result: T | typeof back | undefined): void => {
      resolve(result);
      input.dispose();
    };
    input.onDidAccept(() => {
      const [item] = input.selectedItems;
      if (item) end(item);
    });
    input.onDidTriggerItemButton(({ item, button }) => {
      end(undefined);
      step.onButton?.(item, button);
    });
    input.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) end(back);
    });
    input.onDidHide(() => end(undefined));
    input.show();
  });
}

function prepare(input: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] }, step: Step): void {
  input.title = step.title;
  input.step = step.step;
  input.totalSteps = step.totalSteps;
  if (step.step !== undefined && step.step > 1) input.buttons = [vscode.QuickInputButtons.Back];
}
