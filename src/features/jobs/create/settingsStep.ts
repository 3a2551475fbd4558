import * as vscode from 'vscode';
import { isAllowedSuffix, parseSetting, settingRange, type JobSettings } from '../../../core/jobs/jobDraft.ts';
import type { ProviderProfile, Range } from '../../../core/providers/profile.ts';
import { askChoice, askText, back, type Step } from '../../../platform/stepInput.ts';

type SettingItem = vscode.QuickPickItem & { readonly name?: keyof JobSettings };

export function askSuffix(
  step: Step,
  profile: ProviderProfile,
  suffix: string,
): Promise<string | typeof back | undefined> {
  return askText({
    ...step,
    prompt: vscode.l10n.t('Suffix (optional): becomes part of the model’s name and is shown in the job list'),
    placeholder: vscode.l10n.t('For example science-qa'),
    value: suffix,
    validate: (value) =>
      isAllowedSuffix(profile, value.trim())
        ? undefined
        : vscode.l10n.t('Use 1 to {0} letters (A to Z), digits, - and _.', profile.suffix.maxLength),
  });
}

/** One list that shows every value; choosing a row edits it, the first row goes on. */
export async function askSettings(
  step: Step,
  profile: ProviderProfile,
  given: JobSettings,
): Promise<JobSettings | typeof back | undefined> {
  let settings = given;
  let active: keyof JobSettings | undefined;
  for (;;) {
    const items: SettingItem[] = [
      {
        label: vscode.l10n.t('Continue'),
        description: vscode.l10n.t('with these values'),
        iconPath: new vscode.ThemeIcon('arrow-right'),
      },
      { label: vscode.l10n.t('Hyperparameters'), kind: vscode.QuickPickItemKind.Separator },
      ...settingNames.map((name): SettingItem => ({
        label: settingLabel(name),
        description: settingText(settings[name]),
        detail: settingHelp(name, profile),
        name,
      })),
    ];
    const placeholder = vscode.l10n.t('Choose a row to change its value');
    const current = items.find((item) => item.name !== undefined && item.name === active);
    const start = current === undefined ? {} : { active: current };
    const item = await askChoice({ ...step, placeholder, items, ...start });
    if (item === undefined || item === back) return item;
    const { name } = item;
    if (name === undefined) return settings;
    active = name;
    const text = await askText({
      ...step,
      prompt: `${settingLabel(name)}: ${settingHelp(name, profile)}`,
      value: settings[name] === 'auto' ? '' : String(settings[name]),
      placeholder: 'auto',
      validate: (value) =>
        parseSetting(profile, name, value) === undefined ? rangeText(settingRange(profile, name)) : undefined,
    });
    if (text === undefined) return undefined;
    const value = text === back ? undefined : parseSetting(profile, name, text);
    if (value !== undefined) settings = { ...settings, [name]: value };
  }
}

export const settingNames: readonly (keyof JobSettings)[] = ['nEpochs', 'batchSize', 'learningRateMultiplier', 'seed'];

export function settingLabel(name: keyof JobSettings): string {
  switch (name) {
    case 'nEpochs':
      return vscode.l10n.t('Epochs');
    case 'batchSize':
      return vscode.l10n.t('Batch size');
    case 'learningRateMultiplier':
      return vscode.l10n.t('Learning-rate multiplier');
    case 'seed':
      return vscode.l10n.t('Seed');
    default:
      return name satisfies never;
  }
}

/** As it is typed: a grouping separator could not be read back. */
export function settingText(value: JobSettings[keyof JobSettings]): string {
  return value === 'auto' ? vscode.l10n.t('auto') : String(value);
}

function settingHelp(name: keyof JobSettings, profile: ProviderProfile): string {
  const auto = profile.baseModels.find((model) => model.autoEpochs !== undefined)?.autoEpochs?.value.target;
  switch (name) {
    case 'nEpochs':
      return auto === undefined
        ? vscode.l10n.t('how often the whole file is read')
        : vscode.l10n.t('how often the whole file is read; auto is mostly {0}', auto);
    case 'batchSize':
      return vscode.l10n.t('examples per training step');
    case 'learningRateMultiplier':
      return vscode.l10n.t('how far each step goes; lower it if the loss jumps');
    case 'seed':
      return vscode.l10n.t('the same seed repeats a run');
    default:
      return name satisfies never;
  }
}

function rangeText(range: Range): string {
  const kind = range.integer ? vscode.l10n.t('a whole number') : vscode.l10n.t('a number');
  if (range.max !== undefined) return vscode.l10n.t('Enter {0} from {1} to {2}, or auto.', kind, range.min, range.max);
  return range.minExclusive === true
    ? vscode.l10n.t('Enter {0} above {1}, or auto.', kind, range.min)
    : vscode.l10n.t('Enter {0} from {1} on, or auto.', kind, range.min);
}
