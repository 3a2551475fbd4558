import * as vscode from 'vscode';
import { viewIds } from '../../contributions.ts';
import { jobKey } from '../../core/jobs/jobRef.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { Log } from '../../platform/log.ts';
import type { WebviewHost } from '../../platform/webviewHost.ts';
import type { AnswerTarget } from './answerTarget.ts';
import { toReadiness, type HeaderServices } from './chatHeader.ts';
import { ChatPage } from './chatPage.ts';
import { pickTunedModel } from './modelPicker.ts';
import { listTunedModels, toModelName } from './tunedModels.ts';

type PlaceServices = HeaderServices & {
  readonly log: Log;
  readonly target: AnswerTarget;
  readonly webviews: WebviewHost;
};

/** Where the chat is shown: the view, which VS Code makes and moves, and one editor tab. Both show one conversation. */
export class ChatPlaces implements vscode.WebviewViewProvider, vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #services: PlaceServices;
  readonly #disposables = new DisposableStore();
  #view: { readonly view: vscode.WebviewView; readonly page: ChatPage } | undefined;
  #panel: { readonly panel: vscode.WebviewPanel; readonly page: ChatPage } | undefined;
  #watched: { readonly key: string; readonly watch: vscode.Disposable } | undefined;
  #focusView = false;

  constructor(services: PlaceServices) {
    this.#services = services;
    const { connections, jobStore, jobWatcher, lives, deployed, session } = services;
    this.#disposables.add(connections.onDidChange(() => this.#lookAgain()));
    this.#disposables.add(jobStore.onDidChange(() => this.#update()));
    this.#disposables.add(deployed.onDidChange(() => this.#update()));
    this.#disposables.add(lives.onDidChange(() => this.#update()));
    this.#disposables.add(jobWatcher.onDidChangeState(() => this.#update()));
    this.#disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.#lookAgain()));
    this.#disposables.add(
      session.onDidChange((change) => {
        if (change.kind === 'header') this.#update();
      }),
    );
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const page = this.#createPage(view.webview);
    const place = { view, page };
    this.#view = place;
    view.onDidChangeVisibility(() => {
      if (!view.visible) page.sleep();
      this.#update();
    });
    view.onDidDispose(() => {
      page.dispose();
      // The view may be at another place already.
      if (this.#view === place) this.#view = undefined;
      this.#update();
    });
    if (this.#focusView) page.focus();
    this.#focusView = false;
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.#panel?.panel.dispose();
    this.#adopt(panel);
  }

  /** Shows the chat where it is already in sight, else in the view, with the cursor in the question. */
  async show(): Promise<void> {
    if (this.#panel?.panel.visible && !this.#view?.view.visible) return this.openInEditor();
    if (this.#view === undefined) this.#focusView = true;
    await vscode.commands.executeCommand(`${viewIds.chat}.focus`);
    this.#view?.page.focus();
  }

  openInEditor(): void {
    if (this.#panel === undefined) {
      const title = vscode.l10n.t('Chat');
      const options = { enableFindWidget: true };
      this.#adopt(vscode.window.createWebviewPanel(viewIds.chatPanel, title, vscode.ViewColumn.Active, options));
    } else {
      this.#panel.panel.reveal();
    }
    this.#panel?.page.focus();
  }

  async pickModel(): Promise<boolean> {
    const { session } = this.#services;
    await session.load();
    const model = await pickTunedModel(this.#services, session.state.settings.model);
    if (model === undefined) return false;
    session.choose(model);
    return true;
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#watched?.watch.dispose();
    this.#view?.page.dispose();
    this.#panel?.page.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    const page = this.#createPage(panel.webview);
    const place = { panel, page };
    this.#panel = place;
    panel.onDidChangeViewState(() => {
      if (!panel.visible) page.sleep();
      this.#update();
    });
    panel.onDidDispose(() => {
      page.dispose();
      if (this.#panel === place) this.#panel = undefined;
      this.#update();
    });
  }

  #createPage(webview: vscode.Webview): ChatPage {
    return new ChatPage(webview, {
      ...this.#services,
      onReady: () => this.#lookAgain(),
      pickModel: async () => void (await this.pickModel()),
    });
  }

  get #isInSight(): boolean {
    return this.#view?.view.visible === true || this.#panel?.panel.visible === true;
  }

  /** Reads the jobs of the current connection if nobody has: the models are found there. */
  #lookAgain(): void {
    const { connections, jobWatcher, session } = this.#services;
    if (!this.#isInSight) return;
    const state = jobWatcher.state(connections.current.id)?.kind;
    if (session.state.settings.model === null && (state === undefined || state === 'idle')) void jobWatcher.refresh();
    this.#update();
  }

  #update(): void {
    this.#chooseTheOnly();
    this.#watchChosen();
    this.#view?.page.showHeader();
    this.#panel?.page.showHeader();
    const { model } = this.#services.session.state.settings;
    const name = model === null ? '' : toModelName(model);
    if (this.#view !== undefined && (this.#view.view.description ?? '') !== name) this.#view.view.description = name;
    const title = name === '' ? vscode.l10n.t('Chat') : vscode.l10n.t('Chat: {0}', name);
    if (this.#panel !== undefined && this.#panel.panel.title !== title) this.#panel.panel.title = title;
  }

  /** A single tuned model needs no question; among several the person chooses, since «the latest» may be a wrong one. */
  #chooseTheOnly(): void {
    const { connections, jobWatcher, session } = this.#services;
    if (!session.loaded || !this.#isInSight || toReadiness(this.#services) !== 'noneChosen') return;
    if (jobWatcher.state(connections.current.id)?.kind !== 'answered') return;
    const finals = listTunedModels(this.#services, connections.current.id).filter((model) => model.checkpoint === undefined);
    const [only] = finals;
    if (only !== undefined && finals.length === 1) session.choose(only);
  }

  /** Keeps the chosen model's job known, with its checkpoints, while somebody looks. */
  #watchChosen(): void {
    const { session, jobWatcher } = this.#services;
    const ref = this.#isInSight ? session.state.settings.model?.ref : undefined;
    const key = ref === undefined ? '' : jobKey(ref);
    if (key === (this.#watched?.key ?? '')) return;
    this.#watched?.watch.dispose();
    this.#watched = ref === undefined ? undefined : { key, watch: jobWatcher.watch(ref) };
  }
}
