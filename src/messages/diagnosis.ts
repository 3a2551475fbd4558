import { t } from '@vscode/l10n';
import type { Diagnosis } from '../core/metrics/diagnosis.ts';
import { numberFormat } from './numberFormat.ts';

/** One sentence about a run, with the numbers it rests on; '' where there is nothing to say. `locale` as in Intl. */
export function explainDiagnosis(diagnosis: Diagnosis, locale: string): string {
  const loss = numberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 3 });
  const rounded = numberFormat(locale, { minimumSignificantDigits: 2, maximumSignificantDigits: 2 });
  const count = numberFormat(locale);
  const f = (value: number): string => loss.format(value);
  // Means of many steps; the panel shows the last step's own value beside them, which is another one.
  const about = (value: number): string => rounded.format(value);
  const n = (value: number): string => count.format(value);
  switch (diagnosis.kind) {
    case 'none':
      return '';
    case 'tooFew':
      return t('Too few steps so far ({0}) to say where the run is going.', n(diagnosis.steps));
    case 'diverged':
      return t(
        'Diverged: the loss is no number since step {0}. Try a lower learning-rate multiplier.',
        n(diagnosis.step),
      );
    case 'exploded':
      return t(
        'Unstable: training loss rose from {0} (step {1}) to {2}. Try a lower learning-rate multiplier.',
        f(diagnosis.lowest.value),
        n(diagnosis.lowest.step),
        f(diagnosis.final.value),
      );
    case 'overfitting':
      return diagnosis.trainFinal === undefined
        ? t(
            'Overfitting: validation loss was lowest at step {0} ({1}) and has risen to about {2} since.',
            n(diagnosis.best.step),
            f(diagnosis.best.value),
            about(diagnosis.final.value),
          )
        : t(
            'Overfitting: validation loss was lowest at step {0} ({1}) and has risen to about {2} since, while training loss is about {3}. It learns the training examples by heart from there on.',
            n(diagnosis.best.step),
            f(diagnosis.best.value),
            about(diagnosis.final.value),
            about(diagnosis.trainFinal.value),
          );
    case 'stillFalling':
      return diagnosis.on === 'valid'
        ? t(
            'Still improving: validation loss fell from {0} to {1} towards the end. More epochs may help.',
            f(diagnosis.earlier.value),
            f(diagnosis.final.value),
          )
        : t(
            'Still falling: training loss went from {0} to {1} towards the end. More epochs may help.',
            f(diagnosis.earlier.value),
            f(diagnosis.final.value),
          );
    case 'flat':
      return t(
        'Flat: training loss hardly moved ({0} to {1}). The examples may already be known, or the learning rate is too low.',
        f(diagnosis.first.value),
        f(diagnosis.final.value),
      );
    case 'settled':
      return diagnosis.valid === undefined
        ? t('Settled: training loss levelled off at about {0}.', about(diagnosis.final.value))
        : t(
            'Settled: training loss levelled off at about {0}, validation loss at about {1}.',
            about(diagnosis.final.value),
            about(diagnosis.valid.value),
          );
    case 'reward':
      return t('Mean reward went from {0} to {1}.', f(diagnosis.first.value), f(diagnosis.final.value));
    default:
      return assertNever(diagnosis);
  }
}

function assertNever(value: never): never {
  throw new Error(`Unknown diagnosis: ${JSON.stringify(value)}`);
}
