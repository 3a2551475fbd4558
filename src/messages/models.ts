import { t } from '@vscode/l10n';
import { daysLeft, type ModelLife } from '../core/models/modelLife.ts';
import type { RegistryFault } from '../core/models/modelRegistry.ts';

/** Further away than this, the day itself says more. */
const manyDays = 400;

/** `47 days left`, for a row; `now` in milliseconds. */
export function lifeText(life: ModelLife, now: number): string {
  const days = daysLeft(life, now);
  if (days <= 0) return t('has ended');
  // Nobody counts the days of years.
  if (days > manyDays) return t('until {0}', life.endsOn);
  return days === 1 ? t('1 day left') : t('{0} days left', days);
}

/** The same as a sentence with the day, and who names it. */
export function lifeSentence(life: ModelLife, now: number): string {
  const days = daysLeft(life, now);
  const source = life.asOf === undefined ? t('by the service') : t('as published on {0}', life.asOf);
  if (days <= 0) return t('This model stopped answering on {0} ({1}).', life.endsOn, source);
  return t('This model stops answering on {0}, in {1} days ({2}).', life.endsOn, days, source);
}

/** Why nothing was written into the workspace's list of models. */
export function registryFaultText(fault: RegistryFault): string {
  switch (fault) {
    case 'notJson':
      return t('it is not valid JSON. Mend it, then try again');
    case 'notRegistry':
      return t('it holds no list «models». Mend or remove it, then try again');
    case 'laterVersion':
      return t('a later version of this extension wrote it. Update, then try again');
    default:
      return fault satisfies never;
  }
}
