import * as vscode from 'vscode';
import type { Connection, KeyState } from '../../platform/connections.ts';
import type { ConnectionsServices } from './services.ts';

/** What a person should know about a connection before choosing it, in a few words. */
export async function describeConnection(services: ConnectionsServices, connection: Connection): Promise<string> {
  const t = vscode.l10n.t;
  if (connection.profile.key === 'none') {
    const running = await services.engine.find();
    return running ? t('Trains on this machine, without an account. The engine runs.') : t('Trains on this machine, without an account.');
  }
  const parts = [hostOf(connection), describeKey(await services.connections.keyState(connection))];
  const ends = connection.profile.creationEnds;
  if (ends) parts.push(t('no new jobs from {0}', ends.value));
  return parts.join(', ');
}

export function describeKey(state: KeyState): string {
  const t = vscode.l10n.t;
  switch (state.kind) {
    case 'notNeeded':
      return t('no API key needed');
    case 'stored':
      return t('API key stored');
    case 'variable':
      return state.usable ? t('API key in {0}', state.name) : t('{0} holds no API key', state.name);
    case 'missing':
      return state.usable ? t('without an API key') : t('no API key yet');
    default:
      return state satisfies never;
  }
}

export function hostOf(connection: Connection): string {
  return connection.baseURL === undefined ? '' : new URL(connection.baseURL).host;
}

/** A connection id from a command's argument: the id itself or something that carries a connection. */
export function toConnectionId(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { connectionId } = argument as { readonly connectionId?: unknown };
  return typeof connectionId === 'string' ? connectionId : undefined;
}
