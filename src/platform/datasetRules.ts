import * as vscode from 'vscode';
import { settingIds } from '../contributions.ts';
import { formats, type Format } from '../core/dataset/format.ts';
import { datasetProfileOf } from '../core/dataset/profile.ts';
import { createRuleset, parseRuleSettings, type Ruleset } from '../core/dataset/ruleset.ts';
import type { Connection } from './connections.ts';
import { DisposableStore } from './disposables.ts';
import type { Log } from './log.ts';

type DatasetRulesOptions = {
  readonly connections: { readonly current: Connection; readonly onDidChange: vscode.Event<void> };
  readonly workspaceState: vscode.Memento;
  readonly log: Log;
};

/** The formats that somebody gave to files, by address. */
const formatsKey = 'tunesmith.datasetFormats';

/** By which rules files are checked: the chosen connection's, as the settings say; and the formats set for files. */
export class DatasetRules implements vscode.Disposable {
  readonly #options: DatasetRulesOptions;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<void>());
  /** Rulesets by what they are made of, so that equal ones are the same object. */
  readonly #known = new Map<string, Ruleset>();
  /** By file, while neither settings nor connection change: they are asked for after each edit. */
  readonly #ofFiles = new Map<string, Ruleset>();
  /** The rules of some file may be others now. */
  readonly onDidChange: vscode.Event<void> = this.#changed.event;

  constructor(options: DatasetRulesOptions) {
    this.#options = options;
    const fire = (): void => {
      this.#ofFiles.clear();
      this.#changed.fire();
    };
    let profile = JSON.stringify(datasetProfileOf(options.connections.current));
    this.#disposables.add(
      options.connections.onDidChange(() => {
        const before = profile;
        profile = JSON.stringify(datasetProfileOf(options.connections.current));
        // The event also tells of keys and of the engine.
        if (profile !== before) fire();
      }),
    );
    this.#disposables.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(settingIds.rules)) fire();
      }),
    );
    // A file may have got a folder with settings of its own.
    this.#disposables.add(vscode.workspace.onDidChangeWorkspaceFolders(fire));
  }

  /** The rules for a file: the setting may differ between folders. `target`: where it is going to be trained on. */
  rulesetOf(uri: vscode.Uri, target?: { readonly connection: Connection; readonly model: string | undefined }): Ruleset {
    if (target) return this.#rulesetOf(uri, target.connection, target.model);
    const file = uri.toString();
    let ruleset = this.#ofFiles.get(file);
    if (!ruleset) {
      ruleset = this.#rulesetOf(uri, this.#options.connections.current);
      this.#ofFiles.set(file, ruleset);
    }
    return ruleset;
  }

  #rulesetOf(uri: vscode.Uri, connection: Connection, model?: string): Ruleset {
    const value = vscode.workspace.getConfiguration(undefined, uri).get<unknown>(settingIds.rules);
    const profile = datasetProfileOf(connection, model);
    const key = JSON.stringify([profile, value]);
    let ruleset = this.#known.get(key);
    if (!ruleset) {
      const { settings, unknown } = parseRuleSettings(value);
      if (unknown.length > 0) {
        this.#options.log.warn(`${settingIds.rules} names what is no rule or no severity: ${unknown.join(', ')}.`);
      }
      ruleset = createRuleset(profile, settings);
      this.#known.set(key, ruleset);
    }
    return ruleset;
  }

  /** The format that somebody gave a file; undefined where it is recognized by its content. */
  formatOf(uri: vscode.Uri): Format | undefined {
    const format = this.#stored()[uri.toString()];
    return formats.find((known) => known === format);
  }

  /** Gives a file a format in this workspace, or takes it back. */
  async setFormat(uri: vscode.Uri, format: Format | undefined): Promise<void> {
    const { [uri.toString()]: _before, ...others } = this.#stored();
    const stored = format === undefined ? others : { ...others, [uri.toString()]: format };
    await this.#options.workspaceState.update(formatsKey, stored);
    this.#changed.fire();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #stored(): Readonly<Record<string, unknown>> {
    return this.#options.workspaceState.get<Readonly<Record<string, unknown>>>(formatsKey) ?? {};
  }
}
