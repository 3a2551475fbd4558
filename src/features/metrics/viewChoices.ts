import type * as vscode from 'vscode';
import type { MetricsViewChoices } from '../../protocol/metrics.ts';

const stateKey = 'tunesmith.metricsView';
/** Single steps are noisy; their own values stay visible behind the average. */
const defaults: MetricsViewChoices = { smoothing: 0.6, logLoss: false, table: false };

/** How a person last looked at metrics; the next panel starts that way. */
export class ViewChoices {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  get(): MetricsViewChoices {
    return readChoices(this.#state.get<unknown>(stateKey));
  }

  remember(view: unknown): void {
    void this.#state.update(stateKey, readChoices(view));
  }
}

function readChoices(value: unknown): MetricsViewChoices {
  if (typeof value !== 'object' || value === null) return defaults;
  const { smoothing, logLoss, table } = value as Partial<Record<keyof MetricsViewChoices, unknown>>;
  return {
    smoothing: typeof smoothing === 'number' && smoothing >= 0 && smoothing <= 0.99 ? smoothing : defaults.smoothing,
    logLoss: logLoss === true,
    table: table === true,
  };
}
