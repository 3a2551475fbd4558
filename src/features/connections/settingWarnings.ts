import * as vscode from 'vscode';
import { settingIds } from '../../contributions.ts';
import { settingFaultText } from '../../messages/settingFaults.ts';
import type { ConnectionsServices } from './services.ts';

/** Says once what is wrong with the corrections of provider profiles, and again when something else is. */
export class SettingWarnings implements vscode.Disposable {
  readonly #services: ConnectionsServices;
  readonly #subscription: vscode.Disposable;
  #told = '';

  constructor(services: ConnectionsServices) {
    this.#services = services;
    this.#subscription = services.connections.onDidChange(() => this.#tell());
    this.#tell();
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #tell(): void {
    const { connections, log } = this.#services;
    const texts = connections.overridden.faults.map(settingFaultText);
    const all = texts.join('\n');
    if (all === this.#told) return;
    this.#told = all;
    const [first] = texts;
    if (first === undefined) return;
    const t = vscode.l10n.t;
    for (const text of texts) log.warn(`${settingIds.providers}: ${text}`);
    const open = t('Open Settings');
    const more = texts.length === 1 ? '' : ` ${t('The log names {0} more places.', texts.length - 1)}`;
    const message = t('A place of «{0}» is passed over: {1}', settingIds.providers, first);
    void vscode.window.showWarningMessage(message + more, open).then((chosen) => {
      if (chosen === open) void vscode.commands.executeCommand('workbench.action.openSettings', settingIds.providers);
    });
  }
}
