import { posix } from 'node:path';
import * as vscode from 'vscode';
import { datasetKey, recipeKey, type JobOrigin } from '../../../core/jobs/jobOrigin.ts';
import type { JobRecord, JobStore } from '../../../core/jobs/jobStore.ts';
import { registerModel, registryPath, type RegisteredModel } from '../../../core/models/modelRegistry.ts';
import { makeFolder, replaceFile } from '../../../disk/files.ts';
import { registryFaultText } from '../../../messages/models.ts';
import type { Connections } from '../../../platform/connections.ts';
import { sha256Of } from '../../../platform/fileHash.ts';
import type { JobOrigins } from '../../../platform/jobOrigins.ts';
import { recipeOf } from '../recipeOf.ts';
import { refOf } from '../jobNode.ts';
import type { ChosenModel } from './modelChoice.ts';

export type RecordServices = {
  readonly connections: Connections;
  readonly jobStore: JobStore;
  readonly jobOrigins: JobOrigins;
};

const patienceMs = 60_000;
/** A mark at the front of a file, which some services want and others refuse, is added or left out on the way. */
const markBytes = 3;

/**
 * Notes a model in the list of its workspace folder: the folder of its training file, else the first one. The path of
 * the list, or undefined where there is no folder to note it in.
 * @throws if the list cannot be read or written, or is none
 */
export async function recordModel(services: RecordServices, chosen: ChosenModel): Promise<vscode.Uri | undefined> {
  const record = services.jobStore.get(chosen.ref);
  if (record === undefined) throw new Error(vscode.l10n.t('The job of this model is not loaded'));
  const origin = services.jobOrigins.get(chosen.ref);
  const file = origin && vscode.Uri.parse(origin.trainingFile);
  const folder = (file && vscode.workspace.getWorkspaceFolder(file)) ?? vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined || !vscode.workspace.isTrusted) return undefined;
  const target = vscode.Uri.joinPath(folder.uri, registryPath);
  const entry = await toEntry(services, chosen, record, origin, folder);
  const dirty = vscode.workspace.textDocuments.find((document) => document.uri.toString() === target.toString() && document.isDirty);
  if (dirty !== undefined) throw new Error(vscode.l10n.t('{0} has unsaved changes. Save it, then try again', registryPath));
  const result = registerModel(await readText(target), entry);
  if ('fault' in result) throw new Error(`${registryPath}: ${registryFaultText(result.fault)}`);
  await write(target, result.text);
  return target;
}

async function toEntry(
  services: RecordServices,
  { model, checkpoint }: ChosenModel,
  record: JobRecord,
  origin: JobOrigin | undefined,
  folder: vscode.WorkspaceFolder,
): Promise<RegisteredModel> {
  const { job, connectionId } = record;
  const file = origin && vscode.Uri.parse(origin.trainingFile);
  const { [datasetKey]: toldHash, [recipeKey]: toldRecipe } = job.metadata ?? {};
  const sha256 = toldHash ?? (file && (await hashOf(services, record, file)));
  const written = file && (await recipeOf(file, folder));
  const recipe = written ? pathIn(folder, written) : toldRecipe;
  return {
    model,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    connection: services.connections.get(connectionId)?.label ?? connectionId,
    job: job.id,
    baseModel: job.model,
    ...(file === undefined ? {} : { dataset: { file: pathIn(folder, file), ...(sha256 === undefined ? {} : { sha256 }) } }),
    ...(recipe === undefined ? {} : { recipe }),
    date: new Date((job.finished_at ?? job.created_at) * 1_000).toISOString(),
  };
}

/** The hash of what was trained on: of the file as it is now, if it still has the size that was uploaded. */
async function hashOf({ connections }: RecordServices, record: JobRecord, file: vscode.Uri): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const connection = connections.get(record.connectionId);
    const service = connection && (await connections.service(connection, signal));
    const uploaded = await service?.retrieveFile(record.job.training_file, signal);
    const { size } = await vscode.workspace.fs.stat(file);
    if (uploaded === undefined || ![0, markBytes].includes(Math.abs(uploaded.bytes - size))) return undefined;
    return await sha256Of(file, signal);
  } catch {
    // The uploaded copy expired or the file is gone: then there is no hash that could be vouched for.
    return undefined;
  }
}

/** With slashes, relative where the file is inside of the folder. */
function pathIn(folder: vscode.WorkspaceFolder, uri: vscode.Uri): string {
  const relative = posix.relative(folder.uri.path, uri.path);
  return relative.startsWith('..') ? uri.fsPath : relative;
}

async function readText(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
}

/** On a disk the name shows the old or the new list at any moment; other file systems have no such promise. */
async function write(target: vscode.Uri, text: string): Promise<void> {
  if (target.scheme !== 'file') {
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
    return;
  }
  await makeFolder(vscode.Uri.joinPath(target, '..').fsPath);
  await replaceFile(target.fsPath, text);
}

/** True if models of finished jobs are to be noted without asking, and this window has the folder of the job's file. */
export function recordsByItself(setting: string, origin: JobOrigin | undefined): boolean {
  if (origin === undefined || !vscode.workspace.isTrusted) return false;
  const file = vscode.Uri.parse(origin.trainingFile);
  return vscode.workspace.getWorkspaceFolder(file) !== undefined && vscode.workspace.getConfiguration(undefined, file).get<boolean>(setting, false);
}

export function chosenOf(record: JobRecord): ChosenModel | undefined {
  const model = record.job.fine_tuned_model;
  return model === null ? undefined : { model, ref: refOf(record) };
}
