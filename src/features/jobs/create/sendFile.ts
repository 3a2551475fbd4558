import * as vscode from 'vscode';
import { datasetProfileOf } from '../../../core/dataset/profile.ts';
import { uploadFile } from '../../../core/jobs/uploads/uploadFile.ts';
import type { Restart, UploadPhase, UploadResult } from '../../../core/jobs/uploads/upload.ts';
import type { Service } from '../../../core/providers/port.ts';
import type { Connection } from '../../../platform/connections.ts';
import { createHasher } from '../../../platform/hasher.ts';
import { fileBytes } from '../../../platform/fileBytes.ts';
import { pause } from '../pause.ts';
import type { CreateServices } from './services.ts';

export type SendOptions = {
  readonly service: Service;
  readonly connection: Connection;
  readonly model: string;
  readonly file: { readonly uri: vscode.Uri; readonly name: string; readonly bytes: number; readonly modifiedMs: number };
  /** False where only a file of its own tells a job whose answer was lost. */
  readonly reuse: boolean;
  readonly report: (message: string) => void;
};

/** Brings a file of this machine to a service, as far as it is not there. @throws as `uploadFile` does */
export async function sendFile(
  { uploadNotes }: Pick<CreateServices, 'uploadNotes'>,
  { service, connection, model, file, reuse, report }: SendOptions,
  signal: AbortSignal,
): Promise<UploadResult> {
  const { uri, name, bytes, modifiedMs } = file;
  let shown = '';
  const show = (message: string): void => {
    if (message !== shown) report((shown = message));
  };
  return uploadFile(
    {
      service,
      // The Local engine has another port each time, and the same files.
      place: { connectionId: connection.id, baseURL: connection.id === 'local' ? '' : (connection.baseURL ?? '') },
      source: { uri: uri.toString(), name, bytes, modifiedMs, open: (given, reuses) => chunksOf(uri, given, reuses) },
      mark: datasetProfileOf(connection, model).byteOrderMark,
      limits: connection.profile.capabilities.uploads ? connection.profile.uploads?.value : undefined,
      memory: uploadNotes,
      hash: createHasher,
      wait: pause,
      timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
      now: Date.now,
      reuse,
      onPhase: (phase) => show(phaseText(phase, name)),
      onRestart: (why) => void vscode.window.showInformationMessage(restartText(why, name)),
    },
    signal,
  );
}

async function* chunksOf(uri: vscode.Uri, signal: AbortSignal, reuses?: boolean): AsyncGenerator<Uint8Array, void, undefined> {
  yield* (await fileBytes(uri, signal, reuses)).chunks;
}

function phaseText(phase: UploadPhase, name: string): string {
  if (phase.phase === 'processing') return vscode.l10n.t('waiting for {0} to be processed', name);
  const percent = Math.min(100, Math.floor((100 * phase.done) / Math.max(1, phase.total)));
  return phase.phase === 'hashing'
    ? vscode.l10n.t('comparing {0} with what was uploaded, {1} %', name, percent)
    : vscode.l10n.t('uploading {0}, {1} %', name, percent);
}

function restartText(why: Restart, name: string): string {
  return why === 'changed'
    ? vscode.l10n.t('{0} changed since its upload began, so it is uploaded anew.', name)
    : vscode.l10n.t('The upload of {0} that was begun has expired at the service, so it is uploaded anew.', name);
}
