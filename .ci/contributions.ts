import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Command = { readonly command: string; readonly title?: string; readonly category?: string };
type MenuItem = { readonly command?: string; readonly submenu?: string; readonly when?: string };
type View = { readonly id: string; readonly name?: string; readonly icon?: string };

export type Manifest = {
  readonly activationEvents?: readonly string[];
  readonly contributes: {
    readonly commands?: readonly Command[];
    readonly views?: Readonly<Record<string, readonly View[]>>;
    readonly viewsContainers?: Readonly<Record<string, readonly (View & { readonly title: string })[]>>;
    readonly viewsWelcome?: readonly { readonly view: string; readonly contents: string; readonly when?: string }[];
    readonly menus?: Readonly<Record<string, readonly MenuItem[]>>;
    readonly submenus?: readonly { readonly id: string }[];
    readonly keybindings?: readonly MenuItem[];
    readonly configuration?: Configuration | readonly Configuration[];
  };
};
type Configuration = { readonly properties: Readonly<Record<string, unknown>> };

type Ids = Readonly<Record<string, string>>;
export type Declared = {
  readonly commandIds: Ids;
  readonly viewIds: Ids;
  readonly settingIds: Ids;
  readonly contextKeys: Ids;
};

/**
 * A sentence per disagreement between package.json, its texts and what src/contributions.ts declares. `texts` are the
 * package.nls*.json by file name; `package.nls.json` is the one that must be complete.
 */
export function checkContributions(
  manifest: Manifest,
  declared: Declared,
  texts: Readonly<Record<string, Readonly<Record<string, string>>>>,
): readonly string[] {
  const { contributes } = manifest;
  const commands = contributes.commands ?? [];
  const commandIds = commands.map((command) => command.command);
  const containers = Object.values(contributes.viewsContainers ?? {}).flat();
  const views = Object.values(contributes.views ?? {}).flat();
  const panels = (manifest.activationEvents ?? []).flatMap((event) => /^onWebviewPanel:(.+)/.exec(event)?.[1] ?? []);
  const configurations = [contributes.configuration ?? []].flat() as readonly Configuration[];
  const viewIds = [...containers, ...views].map((view) => view.id);
  return [
    ...compare('command', commandIds, Object.values(declared.commandIds), 'commandIds'),
    ...compare('view, container or panel', [...viewIds, ...panels], Object.values(declared.viewIds), 'viewIds'),
    ...compare(
      'setting',
      configurations.flatMap((configuration) => Object.keys(configuration.properties)),
      Object.values(declared.settingIds),
      'settingIds',
    ),
    ...commands.filter((command) => !command.title).map((command) => `Command ${command.command} has no title.`),
    ...commands.filter((command) => !command.category).map((command) => `Command ${command.command} has no category.`),
    ...checkMenus(contributes, commandIds),
    ...checkViews(contributes, views, containers),
    ...checkWhens(manifest, declared, viewIds),
    ...checkTexts(manifest, texts, commandIds),
  ];
}

function compare(what: string, contributed: readonly string[], declared: readonly string[], name: string): string[] {
  const repeated = contributed.filter((id, index) => contributed.indexOf(id) !== index);
  return [
    ...contributed.filter((id) => !declared.includes(id)).map((id) => `${what} ${id} is in package.json, not in ${name}.`),
    ...declared.filter((id) => !contributed.includes(id)).map((id) => `${what} ${id} is in ${name}, not in package.json.`),
    ...repeated.map((id) => `${what} ${id} is in package.json twice.`),
  ];
}

function checkMenus(contributes: Manifest['contributes'], commandIds: readonly string[]): string[] {
  const submenus = (contributes.submenus ?? []).map((submenu) => submenu.id);
  const menus = Object.entries({ ...contributes.menus, keybindings: contributes.keybindings ?? [] });
  return menus.flatMap(([menu, items]) =>
    items.flatMap((item) => {
      if (item.submenu !== undefined) {
        return submenus.includes(item.submenu) ? [] : [`Menu ${menu} names the unknown submenu ${item.submenu}.`];
      }
      return commandIds.includes(item.command ?? '') ? [] : [`Menu ${menu} names the unknown command ${item.command}.`];
    }),
  );
}

function checkViews(
  contributes: Manifest['contributes'],
  views: readonly View[],
  containers: readonly View[],
): string[] {
  const homes = Object.keys(contributes.views ?? {});
  const builtIn = ['explorer', 'scm', 'debug', 'test'];
  const known = [...containers.map((container) => container.id), ...builtIn];
  return [
    ...homes.filter((home) => !known.includes(home)).map((home) => `Views are put into the unknown container ${home}.`),
    ...views.filter((view) => !view.name).map((view) => `View ${view.id} has no name.`),
    ...(contributes.viewsWelcome ?? [])
      .filter((welcome) => !views.some((view) => view.id === welcome.view))
      .map((welcome) => `A welcome text belongs to the unknown view ${welcome.view}.`),
  ];
}

/** Our own context keys, views and settings in `when` and `enablement`. */
function checkWhens(manifest: Manifest, declared: Declared, viewIds: readonly string[]): string[] {
  const clauses = collect(manifest.contributes, (key) => key === 'when' || key === 'enablement');
  const keys = Object.values(declared.contextKeys);
  const settings = Object.values(declared.settingIds).map((id) => `config.${id}`);
  return clauses.flatMap((clause) => {
    const view = [...clause.matchAll(/\bview == ([\w.]+)/g)].map((match) => match[1] ?? '');
    const rest = clause.replace(/\bview == [\w.]+/g, '').replace(/\/(?:\\.|[^/])*\/|'[^']*'/g, '');
    const words = [...rest.matchAll(/[\w.]*\btunesmith\.[\w.]+/g)].map((match) => match[0]);
    return [
      ...view.filter((id) => id.startsWith('tunesmith') && !viewIds.includes(id)).map((id) => `"${clause}" names the unknown view ${id}.`),
      ...words
        .filter((word) => !keys.includes(word) && !settings.includes(word))
        .map((word) => `"${clause}" names ${word}, which contextKeys does not have.`),
    ];
  });
}

function checkTexts(
  manifest: Manifest,
  texts: Readonly<Record<string, Readonly<Record<string, string>>>>,
  commandIds: readonly string[],
): string[] {
  const english = texts['package.nls.json'] ?? {};
  const used = collect(manifest, () => true).flatMap((value) => /^%([^%]+)%$/.exec(value)?.[1] ?? []);
  const links = Object.entries(english).flatMap(([key, text]) =>
    [...text.matchAll(/\(command:(tunesmith\.[\w.]+)/g)].map((match) => ({ key, command: match[1] ?? '' })),
  );
  return [
    ...used.filter((key) => !english[key]).map((key) => `%${key}% has no text in package.nls.json.`),
    ...Object.keys(english).filter((key) => !used.includes(key)).map((key) => `package.nls.json: nobody uses ${key}.`),
    ...Object.entries(texts).flatMap(([file, entries]) =>
      Object.keys(entries).filter((key) => !(key in english)).map((key) => `${file}: ${key} is not in package.nls.json.`),
    ),
    ...links
      .filter((link) => !commandIds.includes(link.command))
      .map((link) => `package.nls.json: ${link.key} links to the unknown command ${link.command}.`),
  ];
}

/** Every text below a value whose key is wanted. */
function collect(value: unknown, wanted: (key: string) => boolean, key = ''): string[] {
  if (typeof value === 'string') {
    return wanted(key) ? [value] : [];
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([name, entry]) => collect(entry, wanted, Array.isArray(value) ? key : name));
}

/** Files that package.json names and that must exist before anything is built. */
export function checkFiles(repository: string, manifest: Manifest): readonly string[] {
  const paths = collect(manifest, (key) => ['icon', 'light', 'dark', 'url', 'path'].includes(key));
  return paths
    .filter((path) => /^(\.\/)?media\//.test(path) && !existsSync(join(repository, path)))
    .map((path) => `package.json names ${path}, which does not exist.`);
}

export function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
