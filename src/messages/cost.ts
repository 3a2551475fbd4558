import { t } from '@vscode/l10n';
import type { DurationEstimate } from '../core/cost/duration.ts';
import type { CostEstimate, Epochs } from '../core/cost/estimate.ts';
import type { TokenBasis } from '../core/cost/fileTokens.ts';
import type { CapBreach } from '../core/cost/ledger.ts';
import { durationText } from './jobs.ts';
import { numberFormat } from './numberFormat.ts';

/** US dollars; a cent is the least that is shown of what costs anything. `locale` as in Intl. */
export function dollarsText(dollars: number, locale: string): string {
  const format = numberFormat(locale, { style: 'currency', currency: 'USD' });
  return format.format(dollars > 0 ? Math.max(0.01, dollars) : 0);
}

/** What a job costs, in a few words: one figure where the bounds are close, else all three. */
export function costText(cost: CostEstimate, locale: string): string {
  switch (cost.kind) {
    case 'free':
      return t('free: trains on this machine');
    case 'unknown':
      return cost.reason === 'byTime' ? t('price unknown: billed by time and graders') : t('price unknown');
    case 'dollars': {
      const { low, likely, high } = cost.dollars;
      const [least, usual, most] = [low, likely, high].map((value) => dollarsText(value, locale));
      if (least === most) return most === usual ? t('about {0}', usual ?? '') : t('{0} to {1}', least ?? '', most ?? '');
      return t('about {0}, between {1} and {2}', usual ?? '', least ?? '', most ?? '');
    }
    default:
      return cost satisfies never;
  }
}

/** What the figure rests on: tokens, epochs, price and the price's date. */
export function costBasisText(cost: CostEstimate, locale: string): string {
  const { billed } = cost;
  const count = numberFormat(locale);
  const tokens = count.format(billed.training.tokens.likely);
  const parts = [
    `${t('{0} tokens', tokens)} (${tokenBasisText(billed.training.basis)})`,
    epochsText(billed.epochs, locale),
    ...(billed.validation === undefined
      ? []
      : [t('{0} validation tokens are billed too', count.format(billed.validation.tokens.likely))]),
  ];
  if (cost.kind !== 'dollars') return parts.join(' · ');
  const { price } = cost;
  const rate = dollarsText(price.value, locale);
  const dated = price.from === 'own' ? t('{0} per million tokens (your setting)', rate) : t('{0} per million tokens (as of {1})', rate, price.asOf);
  return [...parts, dated].join(' · ');
}

function epochsText(epochs: Epochs, locale: string): string {
  const count = numberFormat(locale);
  const { low, likely, high } = epochs;
  if (epochs.from === 'assumed') {
    return t('{0} to {1} epochs: what auto means here is not documented', count.format(low), count.format(high));
  }
  const number = likely === 1 ? t('1 epoch') : t('{0} epochs', count.format(likely));
  return epochs.from === 'given' ? number : t('{0} by auto', number);
}

function tokenBasisText(basis: TokenBasis): string {
  switch (basis) {
    case 'counted':
      return t('counted');
    case 'sampled':
      return t('from a sample');
    case 'otherVocabulary':
      return t('by another vocabulary');
    case 'size':
      return t('by file size');
    default:
      return basis satisfies never;
  }
}

/** How long a job takes, and how that is known. */
export function estimatedTimeText(duration: DurationEstimate | undefined): string {
  if (duration === undefined) return t('unknown: no earlier job of this model here');
  const { low, likely, high, runs } = duration;
  const learnt = runs === 1 ? t('by 1 earlier job') : t('by {0} earlier jobs', runs);
  const usual = durationText(likely);
  const [least, most] = [durationText(low), durationText(high)];
  return least === most ? t('about {0}, {1}', usual, learnt) : t('about {0}, between {1} and {2}, {3}', usual, least, most, learnt);
}

export function breachText(breach: CapBreach, locale: string): string {
  const [cap, high] = [breach.cap, breach.high].map((value) => dollarsText(value, locale));
  if (breach.kind === 'job') {
    return t('The job may cost {0}, and your limit for one job is {1}. Use fewer epochs, or raise «tunesmith.cost.maxPerJob».', high ?? '', cap ?? '');
  }
  const spent = dollarsText(breach.spent, locale);
  return t(
    'The job may cost {0}, {1} are spent or reserved this month, and your limit is {2}. Wait for the next month (UTC), or raise «tunesmith.cost.maxPerMonth».',
    ...[high ?? '', spent, cap ?? ''],
  );
}
