import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { readJobRef } from '../../core/jobs/jobRef.ts';
import type { JobRef } from '../../core/jobs/jobStore.ts';
import { readSelection } from './answerTarget.ts';
import { toReadiness, type HeaderServices } from './chatHeader.ts';
import type { ChatPlaces } from './chatPlaces.ts';
import { findTunedModel, listUndeployed } from './tunedModels.ts';

export type CommandServices = HeaderServices & { readonly places: ChatPlaces };

/** What the chat's commands do. Arguments come from anywhere, so they are narrowed here. */
export class ChatCommands {
  readonly #services: CommandServices;

  constructor(services: CommandServices) {
    this.#services = services;
  }

  /** Opens the chat, with the model of the job or row that is given. */
  async open(argument: unknown): Promise<void> {
    const { session, places } = this.#services;
    await session.load();
    const ref = readJobRef(argument);
    const model = ref && findTunedModel(this.#services, ref, argument);
    if (model !== undefined) session.choose(model);
    else if (ref !== undefined) {
      if (listUndeployed(this.#services, ref.connectionId).some(({ job }) => job.id === ref.jobId)) return offerToDeploy(ref);
      void vscode.window.showInformationMessage(vscode.l10n.t('The job {0} has no tuned model to talk to yet.', ref.jobId));
      return;
    }
    await places.show();
  }

  async openInEditor(): Promise<void> {
    await this.#services.session.load();
    this.#services.places.openInEditor();
  }

  async selectModel(): Promise<void> {
    if (await this.#services.places.pickModel()) await this.#services.places.show();
  }

  /**
   * Asks the selected text at once if a model can answer; the file's name is shown with it, not sent, since the model
   * was trained on questions alone. What is being typed stays. Otherwise the text waits as the draft.
   */
  async askAboutSelection(): Promise<void> {
    const { session, places } = this.#services;
    const selection = readSelection();
    if (selection === undefined) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Select the text to ask about first.'));
      return;
    }
    await session.load();
    await places.show();
    const ready = toReadiness(this.#services) === 'ready';
    if (ready && (await session.ask(selection.text, selection.source))) return;
    const { text } = session.state.draft;
    session.setDraft(text.trim() === '' ? selection.text : `${text}\n\n${selection.text}`, Date.now());
  }

  async clear(): Promise<void> {
    await this.#services.session.load();
    this.#services.session.clear();
  }
}

async function offerToDeploy(ref: JobRef): Promise<void> {
  const deploy = vscode.l10n.t('Deploy…');
  const message = vscode.l10n.t('The model of the job {0} must be deployed before it can be asked.', ref.jobId);
  if ((await vscode.window.showInformationMessage(message, deploy)) === deploy) await vscode.commands.executeCommand(commandIds.modelsDeploy, { ref });
}
