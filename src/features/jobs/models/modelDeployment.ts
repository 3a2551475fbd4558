import * as vscode from 'vscode';
import { commandIds } from '../../../contributions.ts';
import { jobName } from '../../../core/jobs/jobName.ts';
import type { JobRecord } from '../../../core/jobs/jobStore.ts';
import { toAzureDeployCommand } from '../../../core/providers/azureDeployment.ts';
import type { Deployment, DeploymentRequest, Deployments } from '../../../core/providers/port.ts';
import type { Connection, Connections } from '../../../platform/connections.ts';
import type { DeployedModels } from '../../../platform/deployedModels.ts';
import { abortOnCancel } from '../../../platform/disposables.ts';
import { refOf } from '../jobNode.ts';
import { pause } from '../pause.ts';

export type DeploymentServices = { readonly connections: Connections; readonly deployed: DeployedModels };

const pollMs = 5_000;
/** A model that is not ready by then is left to get ready by itself. */
const patienceMs = 30 * 60_000;

/** Makes a service serve a tuned model that does not answer by itself, or says how that is done elsewhere. */
export async function deployModel(services: DeploymentServices, record: JobRecord, checkpointId: string | undefined): Promise<void> {
  const connection = services.connections.get(record.connectionId);
  if (connection === undefined) return;
  switch (connection.profile.capabilities.deploy) {
    case 'none':
      void vscode.window.showInformationMessage(vscode.l10n.t('{0} serves tuned models by itself.', connection.label));
      return;
    case 'guided':
      await explain(connection, record);
      return;
    case 'here':
      await deploy(services, connection, record, checkpointId);
  }
}

async function deploy(
  services: DeploymentServices,
  connection: Connection,
  record: JobRecord,
  checkpointId: string | undefined,
): Promise<void> {
  const { connections, deployed } = services;
  const name = await askName(record);
  if (name === undefined) return;
  const request = { name, baseModel: record.job.model, jobId: record.job.id, ...(checkpointId === undefined ? {} : { checkpointId }) };
  const title = vscode.l10n.t('Deploying {0} on {1}', name, connection.label);
  const deployment = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const cancel = abortOnCancel(token);
      try {
        const signal = AbortSignal.any([cancel.signal, AbortSignal.timeout(patienceMs)]);
        const { deployments } = await connections.service(connection, signal);
        if (deployments === undefined) throw new Error(vscode.l10n.t('{0} cannot be asked to deploy a model', connection.label));
        return await untilReady(deployments, request, (message) => progress.report({ message }), signal);
      } finally {
        cancel.dispose();
      }
    },
  );
  if (deployment.state === 'failed') {
    const reason = deployment.reason ?? deployment.status;
    const again = vscode.l10n.t('Try Again…');
    const message = vscode.l10n.t('{0} was not deployed: {1}. Try another name or checkpoint, or look in the console.', name, reason);
    if ((await vscode.window.showErrorMessage(message, again)) === again) await deploy(services, connection, record, checkpointId);
    return;
  }
  if (deployment.state === 'preparing') {
    const message = vscode.l10n.t('The deployment of {0} goes on at the service. It will answer as {1}: give that as the model when you chat.', name, deployment.name);
    const copy = vscode.l10n.t('Copy Name');
    if ((await vscode.window.showInformationMessage(message, copy)) === copy) await vscode.env.clipboard.writeText(deployment.name);
    return;
  }
  const model = deployment.model ?? deployment.name;
  const ref = refOf(record);
  await deployed.note(ref, model);
  const chat = vscode.l10n.t('Chat');
  const chosen = await vscode.window.showInformationMessage(vscode.l10n.t('{0} is deployed and answers as {1}.', name, model), chat);
  if (chosen === chat) await vscode.commands.executeCommand(commandIds.chatOpen, { ref, model });
}

/**
 * Resolves to what the service says at the end, or said last when the waiting was left: it goes on with what it was
 * asked for.
 */
async function untilReady(
  deployments: Deployments,
  request: DeploymentRequest,
  report: (message: string) => void,
  signal: AbortSignal,
): Promise<Deployment> {
  let deployment = await deployments.create(request, signal);
  while (deployment.state === 'preparing' && !signal.aborted) {
    report(deployment.status);
    await pause(pollMs, signal);
    try {
      deployment = await deployments.retrieve(deployment.name, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  return deployment;
}

async function askName(record: JobRecord): Promise<string | undefined> {
  const usual = jobName(record.job).toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, '');
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Deploy Tuned Model'),
    prompt: vscode.l10n.t('Name of the deployment. The service may charge for as long as it serves the model.'),
    value: usual,
    ignoreFocusOut: true,
    validateInput: (text) => (/^[A-Za-z0-9][\w.-]{0,62}$/.test(text) ? undefined : vscode.l10n.t('Letters, digits, «-», «_» and «.»; at most 63 of them.')),
  });
}

/** What has to be done outside of this API, with the names filled in. */
async function explain(connection: Connection, { job }: JobRecord): Promise<void> {
  const model = job.fine_tuned_model ?? job.id;
  const copy = vscode.l10n.t('Copy Command');
  const detail = [
    vscode.l10n.t('This service answers under the name of a deployment, which is made in its console or with its own command line.'),
    vscode.l10n.t('It charges by the hour while the deployment exists, also when nobody asks. Give the deployment’s name as the model when you chat.'),
  ].join('\n\n');
  const message = vscode.l10n.t('{0} must be deployed on {1} before it can be asked.', model, connection.label);
  const actions = connection.profile.id === 'azure' ? [copy] : [];
  if ((await vscode.window.showInformationMessage(message, { modal: true, detail }, ...actions)) !== copy) return;
  await vscode.env.clipboard.writeText(toAzureDeployCommand(connection.baseURL, model));
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied. Fill in the group and the resource.'), 5_000);
}
