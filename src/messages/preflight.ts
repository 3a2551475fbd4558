import { t } from '@vscode/l10n';
import type { FileRoleName, Preflight, PreflightReason } from '../core/jobs/preflight/preflight.ts';
import type { TrainingMethod } from '../core/providers/profile.ts';
import { breachText } from './cost.ts';
import { explainServiceError } from './serviceErrors.ts';
import { numberFormat } from './numberFormat.ts';

/** One reason: what it is about, in a few words, and the whole sentence with a next step. */
export type ReasonText = { readonly label: string; readonly sentence: string };

/** The verdict in a few words. */
export function verdictText({ verdict }: Preflight, connection: string): string {
  switch (verdict) {
    case 'yes':
      return t('Yes: this can be trained on {0}', connection);
    case 'yesBut':
      return t('Yes, but: read this before you train on {0}', connection);
    case 'no':
      return t('No: this cannot be trained on {0}', connection);
    default:
      return verdict satisfies never;
  }
}

/** `locale` as in Intl. */
export function reasonText(reason: PreflightReason, locale: string): ReasonText {
  switch (reason.code) {
    case 'file.errors':
    case 'file.warnings':
    case 'file.empty':
    case 'file.format':
    case 'file.tooLarge':
    case 'validation.needed':
      return fileText(reason, locale);
    case 'service.refuses':
      return { label: t('The service refuses'), sentence: explainServiceError(reason.error) };
    case 'service.untold':
      return { label: t('The service was not asked'), sentence: t('It does not run yet; it starts with the first job.') };
    case 'creation.ended':
      return {
        label: t('Closed for new jobs'),
        sentence: t('The service takes no new jobs since {0}. Use another connection.', reason.date),
      };
    case 'creation.ends':
      return { label: t('Closes soon'), sentence: daysText(t('The service takes new jobs until {0}', reason.date), reason.days) };
    case 'creation.refused': {
      const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(reason.at);
      const said = reason.reason.replace(/[.\s]+$/, '');
      const sentence = reason.recent
        ? t('On {0} the service refused a new job of this key or organization ({1}). Use another connection or key.', date, said)
        : t('On {0} the service refused a new job of this key or organization ({1}). That may have changed.', date, said);
      return { label: t('Creation was refused'), sentence };
    }
    case 'creation.unproven':
      return {
        label: t('Not yet known to be open'),
        sentence: t('Only organizations that still use a tuned model may create jobs here. The first job will show it; a refused one costs nothing.'),
      };
    case 'model.method':
      return {
        label: t('Not this method'),
        sentence: t('{0} cannot be trained by {1}. Choose another model.', reason.model, methodText(reason.method)),
      };
    case 'model.unknown':
      return { label: t('Unknown model'), sentence: t('The service has no model {0}. Choose one that it lists.', reason.model) };
    case 'model.gone':
      return {
        label: t('The model is gone'),
        sentence: t('{0} stopped answering on {1}, with everything tuned from it. Choose another model.', reason.model, reason.date),
      };
    case 'model.ends': {
      const source = reason.told === 'service' ? t('says the service') : t('as last announced');
      const text = t('The tuned model will answer until {0} ({1})', reason.date, source);
      return { label: t('Short life'), sentence: daysText(text, reason.days) };
    }
    case 'cap.breached':
      return { label: t('Above your limit'), sentence: breachText(reason.breach, locale) };
    case 'cap.priceUnknown':
      return {
        label: t('The limit cannot be kept'),
        sentence: t('You set a spending limit, but the price of this model is unknown. Name it in «tunesmith.providers», or take the limit off.'),
      };
    case 'price.unknown':
      return {
        label: t('Price unknown'),
        sentence:
          reason.reason === 'byTime'
            ? t('The service bills the time and the graders of such a job, which nobody knows before.')
            : t('Look at the price list of the service; you can note its price in «tunesmith.providers».'),
      };
    case 'price.told':
      return {
        label: t('The service names its own price'),
        sentence: reason.estimated
          ? t('Above the estimate you are asked before the job is made; above a limit of yours none is made.')
          : t('You are asked before the job is made; above a limit of yours none is made.'),
      };
    case 'deploy.needed':
      return {
        label: t('Needs a deployment'),
        sentence: reason.guided
          ? t('The tuned model answers only once it is deployed, which costs by the hour, also when idle.')
          : t('The tuned model answers only once it is deployed; you are asked after the job.'),
      };
    default:
      return reason satisfies never;
  }
}

type FileReason = Extract<PreflightReason, { readonly code: `file.${string}` | 'validation.needed' }>;

function fileText(reason: FileReason, locale: string): ReasonText {
  if (reason.code === 'validation.needed') {
    return { label: t('No validation file'), sentence: t('A reinforcement job measures itself on a validation file. Choose one.') };
  }
  const { name, errors, warnings, firstError } = reason.file;
  const label = roleText(reason.role);
  const count = numberFormat(locale);
  switch (reason.code) {
    case 'file.errors':
      return {
        label,
        sentence:
          errors === 1
            ? t('{0} cannot be trained on: {1}', name, firstError ?? '')
            : t('{0} cannot be trained on. It has {1} problems; the first: {2}', name, count.format(errors), firstError ?? ''),
      };
    case 'file.warnings':
      return {
        label,
        sentence: warnings === 1 ? t('{0} has 1 warning.', name) : t('{0} has {1} warnings.', name, count.format(warnings)),
      };
    case 'file.empty':
      return { label, sentence: t('{0} has no examples to train on.', name) };
    case 'file.format':
      return { label, sentence: t('{0} holds no examples for {1}.', name, methodText(reason.method)) };
    case 'file.tooLarge':
      return { label, sentence: t('{0} is larger than the service takes ({1} MB). Split it.', name, count.format(Math.floor(reason.maxBytes / 1024 / 1024))) };
    default:
      return reason satisfies never;
  }
}

function roleText(role: FileRoleName): string {
  return role === 'training' ? t('Training file') : t('Validation file');
}

export function methodText(method: TrainingMethod): string {
  switch (method) {
    case 'supervised':
      return t('supervised fine-tuning');
    case 'dpo':
      return t('preference optimization (DPO)');
    case 'reinforcement':
      return t('reinforcement with graders');
    default:
      return method satisfies never;
  }
}

function daysText(text: string, days: number): string {
  return days === 1 ? t('{0}: 1 day from now.', text) : t('{0}: {1} days from now.', text, days);
}
