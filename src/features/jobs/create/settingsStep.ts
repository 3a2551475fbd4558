import * as vscode from 'vscode';
import {
  isAllowedSuffix,
  parseSetting,
  reasoningEfforts,
  settingNamesOf,
  settingRange,
  type JobDraft,
  type JobSettings,
  type SettingName,
} from '../../../core/jobs/jobDraft.ts';
import { findBaseModel, type ProviderProfile, type Range } from '../../../core/providers/profile.ts';
import { askChoice, askText, back, type Step } from '../../../platform/stepInput.ts';

type Row = SettingName | 'reasoningEffort' | 'trainingType' | 'wandb';
type SettingItem = vscode.QuickPickItem & { readonly row?: Row };

/** Azure's tiers; jobs of open models fail without one. */
const trainingTypes = ['globalStandard', 'standard', 'developer'] as const;

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

/** What a provider needs even if nobody touches the settings. */
export function withNeeds(profile: ProviderProfile, draft: JobDraft): JobDraft {
  if (profile.id !== 'azure') return draft.trainingType === undefined ? draft : { ...draft, trainingType: undefined };
  return draft.trainingType === undefined ? { ...draft, trainingType: trainingTypes[0] } : draft;
}

/** One list that shows every value the method and the provider have; choosing a row edits it, the first row goes on. */
export async function askSettings(step: Step, profile: ProviderProfile, given: JobDraft): Promise<JobDraft | typeof back | undefined> {
  let draft = withNeeds(profile, given);
  let active: Row | undefined;
  for (;;) {
    const items: SettingItem[] = [
      {
        label: vscode.l10n.t('Continue'),
        description: vscode.l10n.t('with these values'),
        iconPath: new vscode.ThemeIcon('arrow-right'),
      },
      { label: vscode.l10n.t('Hyperparameters'), kind: vscode.QuickPickItemKind.Separator },
      ...settingNamesOf(draft.method).map((name): SettingItem => ({
        label: settingLabel(name, profile),
        description: settingText(draft.settings[name]),
        detail: settingHelp(name, profile, draft),
        row: name,
      })),
      ...furtherRows(profile, draft),
    ];
    const placeholder = vscode.l10n.t('Choose a row to change its value');
    const current = items.find((item) => item.row !== undefined && item.row === active);
    const start = current === undefined ? {} : { active: current };
    const item = await askChoice({ ...step, placeholder, items, ...start });
    if (item === undefined || item === back) return item;
    const { row } = item;
    if (row === undefined) return draft;
    active = row;
    const changed = await askRow(step, profile, draft, row);
    if (changed === undefined) return undefined;
    if (changed !== back) draft = changed;
  }
}

function furtherRows(profile: ProviderProfile, draft: JobDraft): readonly SettingItem[] {
  const rows: SettingItem[] = [];
  if (draft.method === 'reinforcement') {
    rows.push({ label: vscode.l10n.t('Reasoning effort'), description: draft.reasoningEffort, row: 'reasoningEffort' });
  }
  if (draft.trainingType !== undefined) {
    const detail = vscode.l10n.t('where the service trains, and at what price');
    rows.push({ label: vscode.l10n.t('Training tier'), description: draft.trainingType, detail, row: 'trainingType' });
  }
  if (profile.capabilities.wandb) {
    const detail = vscode.l10n.t('the service reports there; connect your account at the service first');
    const description = draft.wandb?.project ?? vscode.l10n.t('none');
    rows.push({ label: vscode.l10n.t('Weights & Biases project'), description, detail, row: 'wandb' });
  }
  const separator = { label: vscode.l10n.t('More'), kind: vscode.QuickPickItemKind.Separator };
  return rows.length === 0 ? [] : [separator, ...rows];
}

async function askRow(step: Step, profile: ProviderProfile, draft: JobDraft, row: Row): Promise<JobDraft | typeof back | undefined> {
  switch (row) {
    case 'reasoningEffort': {
      const effort = await askOne(step, vscode.l10n.t('Reasoning effort'), ['auto', ...reasoningEfforts] as const, draft.reasoningEffort);
      return typeof effort === 'string' ? { ...draft, reasoningEffort: effort } : effort;
    }
    case 'trainingType': {
      const tier = await askOne(step, vscode.l10n.t('Training tier'), trainingTypes, draft.trainingType);
      return typeof tier === 'string' ? { ...draft, trainingType: tier } : tier;
    }
    case 'wandb': {
      const text = await askText({
        ...step,
        prompt: vscode.l10n.t('Weights & Biases project; empty for none'),
        value: draft.wandb?.project ?? '',
      });
      if (typeof text !== 'string') return text;
      const project = text.trim();
      return { ...draft, wandb: project === '' ? undefined : { ...draft.wandb, project } };
    }
    default: {
      const text = await askText({
        ...step,
        prompt: `${settingLabel(row, profile)}: ${settingHelp(row, profile, draft)}`,
        value: draft.settings[row] === 'auto' ? '' : String(draft.settings[row]),
        placeholder: 'auto',
        validate: (value) =>
          parseSetting(profile, row, value) === undefined ? rangeText(settingRange(profile, row)) : undefined,
      });
      if (typeof text !== 'string') return text;
      const value = parseSetting(profile, row, text);
      return value === undefined ? back : { ...draft, settings: { ...draft.settings, [row]: value } };
    }
  }
}

async function askOne<T extends string>(
  step: Step,
  placeholder: string,
  values: readonly T[],
  chosen: string | undefined,
): Promise<T | typeof back | undefined> {
  const items = values.map((value) => ({ label: value, value }));
  const active = items.find(({ value }) => value === chosen);
  const item = await askChoice({ ...step, placeholder, items, ...(active === undefined ? {} : { active }) });
  return item === undefined || item === back ? item : item.value;
}

export function settingLabel(name: SettingName, profile: ProviderProfile): string {
  switch (name) {
    case 'nEpochs':
      return vscode.l10n.t('Epochs');
    case 'batchSize':
      return vscode.l10n.t('Batch size');
    case 'learningRateMultiplier':
      return profile.learningRate === 'absolute' ? vscode.l10n.t('Learning rate') : vscode.l10n.t('Learning-rate multiplier');
    case 'seed':
      return vscode.l10n.t('Seed');
    case 'beta':
      return vscode.l10n.t('Beta');
    case 'computeMultiplier':
      return vscode.l10n.t('Compute multiplier');
    case 'evalInterval':
      return vscode.l10n.t('Evaluation interval');
    case 'evalSamples':
      return vscode.l10n.t('Evaluation samples');
    default:
      return name satisfies never;
  }
}

/** As it is typed: a grouping separator could not be read back. */
export function settingText(value: JobSettings[SettingName]): string {
  return value === 'auto' ? vscode.l10n.t('auto') : String(value);
}

function settingHelp(name: SettingName, profile: ProviderProfile, draft: JobDraft): string {
  switch (name) {
    case 'nEpochs': {
      const auto = findBaseModel(profile, draft.model)?.autoEpochs?.value.target;
      return auto === undefined
        ? vscode.l10n.t('how often the whole file is read')
        : vscode.l10n.t('how often the whole file is read; auto is mostly {0}', auto);
    }
    case 'batchSize':
      return vscode.l10n.t('examples per training step');
    case 'learningRateMultiplier':
      return profile.learningRate === 'absolute'
        ? vscode.l10n.t('the rate itself, such as 2e-5: this service multiplies nothing')
        : vscode.l10n.t('how far each step goes; lower it if the loss jumps');
    case 'seed':
      return vscode.l10n.t('the same seed repeats a run');
    case 'beta':
      return vscode.l10n.t('how close the model stays to its base; higher is closer');
    case 'computeMultiplier':
      return vscode.l10n.t('how much is explored; it multiplies the time that is billed');
    case 'evalInterval':
      return vscode.l10n.t('steps between two evaluations');
    case 'evalSamples':
      return vscode.l10n.t('answers per example of an evaluation');
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
