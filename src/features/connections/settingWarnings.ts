import * as vscode from 'vscode';
import { settingIds } from '../../contributions.ts';
import { connectionFaultText, settingFaultText } from '../../messages/settingFaults.ts';
import type { ConnectionsServices } from './services.ts';

/** Says once what is passed over in the settings of connections and profiles, and again when something else is. */
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
    const texts = [...connections.overridden.faults.map(settingFaultText), ...connections.faults.map(connectionFaultText)];
    const all = texts.join('\n');
    if (all === this.#told) return;
    this.#told = all;
    const [first] = texts;
    if (first === undefined) return;
    const t = vscode.l10n.t;
    for (const text of texts) log.warn(`Settings: ${text}`);
    const open = t('Open Settings');
    const more = texts.length === 1 ? '' : ` ${t('The log names {0} more places.', texts.length - 1)}`;
    const setting = connections.overridden.faults.length > 0 ? settingIds.providers : settingIds.connections;
    const message = t('A place of «{0}» is passed over: {1}', setting, first);
    void vscode.window.showWarningMessage(message + more, open).then((chosen) => {
      if (chosen === open) void vscode.commands.executeCommand('workbench.action.openSettings', setting);
    });
  }
}
