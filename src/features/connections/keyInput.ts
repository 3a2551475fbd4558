import * as vscode from 'vscode';
import { isVariableName, parseKey, parseKeyFile, type KeyRecord } from '../../core/providers/key.ts';
import { readText } from '../../disk/files.ts';
import { explainError } from '../../platform/errorReport.ts';
import { askChoice, askText, back, type Step } from '../../platform/stepInput.ts';

export type KeySource = 'typed' | 'variable' | 'file' | 'none';

type SourceItem = vscode.QuickPickItem & { readonly source: KeySource };

/** Where the key comes from; 'none' only where the service may do without. */
export async function askKeySource(
  step: Step,
  canDoWithout: boolean,
): Promise<KeySource | typeof back | undefined> {
  const t = vscode.l10n.t;
  const items: SourceItem[] = [
    { source: 'typed', label: t('Type or Paste…'), detail: t('Kept in the secret storage of VS Code') },
    {
      source: 'variable',
      label: t('Environment Variable…'),
      detail: t('Only its name is kept; the value is read each time it is needed'),
    },
    {
      source: 'file',
      label: t('Read Once from a File…'),
      detail: t('The first line is kept in the secret storage; the file is not read again'),
    },
  ];
  if (canDoWithout) items.push({ source: 'none', label: t('No API Key'), detail: t('For services that ask for none') });
  const chosen = await askChoice({ ...step, placeholder: t('Where is the API key?'), items });
  return chosen === undefined || chosen === back ? chosen : chosen.source;
}

/** The key record of a source; undefined if the person leaves. */
export async function askKeyRecord(
  step: Step,
  source: Exclude<KeySource, 'none'>,
  host: string,
): Promise<KeyRecord | typeof back | undefined> {
  if (source === 'typed') return askTypedKey(step, host);
  return source === 'variable' ? askVariable(step, host) : readKeyFile();
}

async function askTypedKey(step: Step, host: string): Promise<KeyRecord | typeof back | undefined> {
  const t = vscode.l10n.t;
  const text = await askText({
    ...step,
    prompt: t('API key for {0}. It is sent nowhere else.', host),
    password: true,
    validate: (value) => explainKeyFault(parseKey(value)),
  });
  if (text === undefined || text === back) return text;
  const parsed = parseKey(text);
  return 'key' in parsed ? { kind: 'key', key: parsed.key } : undefined;
}

async function askVariable(step: Step, host: string): Promise<KeyRecord | typeof back | undefined> {
  const t = vscode.l10n.t;
  const name = await askText({
    ...step,
    prompt: t('Name of the environment variable with the API key for {0}', host),
    placeholder: 'OPENAI_API_KEY',
    validate: (value) => {
      const trimmed = value.trim();
      if (!isVariableName(trimmed)) return t('A name has letters, digits and underscores, and begins with no digit.');
      if ('key' in parseKey(process.env[trimmed] ?? '')) return undefined;
      return {
        message: t('{0} holds no key in the environment that VS Code was started with.', trimmed),
        severity: vscode.InputBoxValidationSeverity.Warning,
      };
    },
  });
  return name === undefined || name === back ? name : { kind: 'variable', name: name.trim() };
}

/** No key has 64 KiB; whoever picks a larger file has picked the wrong one. */
const maxKeyFileBytes = 64 * 1024;

async function readKeyFile(): Promise<KeyRecord | typeof back | undefined> {
  const t = vscode.l10n.t;
  const [uri] = (await vscode.window.showOpenDialog({ openLabel: t('Read Key'), title: t('File with the API Key') })) ?? [];
  if (uri === undefined) return undefined;
  let reason: string | undefined;
  try {
    const parsed = parseKeyFile(await readText(uri.fsPath, { maxBytes: maxKeyFileBytes }));
    if ('key' in parsed) return { kind: 'key', key: parsed.key };
    reason = explainKeyFault(parsed);
  } catch (error) {
    reason = explainError(error);
  }
  void vscode.window.showErrorMessage(t('No API key could be read from {0}: {1}', uri.fsPath, reason ?? ''));
  return back;
}

function explainKeyFault(parsed: ReturnType<typeof parseKey>): string | undefined {
  if ('key' in parsed) return undefined;
  return parsed.fault === 'empty'
    ? vscode.l10n.t('There is no key.')
    : vscode.l10n.t('A key has visible ASCII characters only, without spaces. Copy it again.');
}
