import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import { reportError } from '../../platform/errorReport.ts';
import { addConnection } from './addConnection.ts';
import { EngineCommands } from './engineCommands.ts';
import { removeKey, setKey } from './keys.ts';
import { removeConnection } from './removeConnection.ts';
import type { ConnectionsServices } from './services.ts';
import { SettingWarnings } from './settingWarnings.ts';
import { ConnectionStatus } from './status.ts';
import { switchConnection } from './switchConnection.ts';
import { testConnection } from './testConnection.ts';

/** Which service is asked, with which key, and the engine behind Local. */
export function registerConnections(services: ConnectionsServices): vscode.Disposable {
  const disposables = new DisposableStore();
  const add = (command: string, failure: string, run: (argument: unknown) => Promise<unknown>): void => {
    const handler = async (argument: unknown): Promise<void> => {
      try {
        await run(argument);
      } catch (error) {
        await reportError(failure, error, services.log);
      }
    };
    disposables.add(vscode.commands.registerCommand(command, handler));
  };
  const t = vscode.l10n.t;
  add(commandIds.connectionsSwitch, t('The connection could not be switched'), () => switchConnection(services));
  add(commandIds.connectionsAdd, t('The connection could not be added'), () => addConnection(services));
  add(commandIds.connectionsTest, t('The connection could not be tested'), (argument) => testConnection(services, argument));
  add(commandIds.connectionsRemove, t('The connection could not be removed'), (argument) =>
    removeConnection(services, argument),
  );
  add(commandIds.connectionsSetKey, t('The API key could not be set'), (argument) => setKey(services, argument));
  add(commandIds.connectionsRemoveKey, t('The API key could not be removed'), (argument) => removeKey(services, argument));
  const engine = new EngineCommands(services);
  add(commandIds.engineShowStatus, t('The state of the Local engine is unknown'), () => engine.showStatus());
  add(commandIds.engineRestart, t('The Local engine could not be restarted'), () => engine.restart());
  add(commandIds.engineShowLog, t('The log of the Local engine could not be opened'), () => engine.showLog());
  add(commandIds.engineShowDiskUse, t('The disk use is unknown'), () => engine.showDiskUse());
  add(commandIds.engineDeleteData, t('The data of the Local engine could not be deleted'), () => engine.deleteData());
  disposables.add(engine);
  disposables.add(new ConnectionStatus(services));
  disposables.add(new SettingWarnings(services));
  disposables.add(
    services.connections.onDidRemove((connectionId) => {
      void Promise.all([
        services.jobOrigins.forgetConnection(connectionId),
        services.deployed.forgetConnection(connectionId),
        services.jobWatcher.unfinished.forgetConnection(connectionId),
      ]);
    }),
  );
  return disposables;
}
