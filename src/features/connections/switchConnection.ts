import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import type { Connection } from '../../platform/connections.ts';
import { askChoice, back } from '../../platform/stepInput.ts';
import { describeConnection } from './describe.ts';
import type { ConnectionsServices } from './services.ts';
import { setKey } from './keys.ts';

type Item = vscode.QuickPickItem & { readonly connection?: Connection };

/** Chooses the connection of this workspace; a connection that wants a key is asked for it at once. */
export async function switchConnection(services: ConnectionsServices): Promise<void> {
  const { connections } = services;
  const t = vscode.l10n.t;
  const keyButton: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('key'), tooltip: t('Set API Key…') };
  const testButton: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('pulse'), tooltip: t('Test Connection') };
  const removeButton: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: t('Remove…') };
  const current = connections.current;
  const items = await Promise.all(
    connections.all().map(async (connection): Promise<Item> => ({
      label: connection.label,
      detail: await describeConnection(services, connection),
      buttons: [
        ...(connection.profile.key === 'none' ? [] : [testButton, keyButton]),
        ...(isBuiltIn(connection) ? [] : [removeButton]),
      ],
      ...(connection.id === current.id ? { description: t('current') } : {}),
      connection,
    })),
  );
  const separator: Item = { label: '', kind: vscode.QuickPickItemKind.Separator };
  const addItem: Item = { label: t('$(add) Add Connection…') };
  const active = items.find(({ connection }) => connection?.id === current.id);
  const chosen = await askChoice<Item>({
    title: t('Switch Connection'),
    placeholder: t('Where jobs are created and models are asked'),
    items: [...items, separator, addItem],
    ...(active ? { active } : {}),
    onButton: (item, button) => {
      const commands = new Map([[keyButton, commandIds.connectionsSetKey], [testButton, commandIds.connectionsTest]]);
      void vscode.commands.executeCommand(commands.get(button) ?? commandIds.connectionsRemove, item.connection?.id);
    },
  });
  if (chosen === undefined || chosen === back) return;
  if (chosen.connection === undefined) {
    await vscode.commands.executeCommand(commandIds.connectionsAdd);
    return;
  }
  await connections.select(chosen.connection.id);
  const { usable } = await connections.keyState(chosen.connection);
  if (!usable) await setKey(services, chosen.connection.id);
}

export function isBuiltIn(connection: Connection): boolean {
  return connection.id === 'local' || connection.id === 'openai';
}
