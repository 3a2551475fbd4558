import type { StepMetrics, WireEvent } from '../../core/providers/wire.ts';

/** The header that OpenAI documents for the result file of supervised jobs. */
const header = 'step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy';

/** What the metrics events of this engine tell, one a step, in their order. */
export function stepsOf(events: readonly WireEvent[]): readonly StepMetrics[] {
  return events.filter(({ type }) => type === 'metrics').map(({ data }) => data as StepMetrics);
}

/** The result file: one line a step, empty cells where nothing was computed. Five decimals, as the service writes. */
export function toResultCsv(steps: readonly StepMetrics[]): string {
  const lines = steps.map((step) =>
    [
      String(step.step),
      cell(step.train_loss),
      cell(step.train_mean_token_accuracy),
      cell(step.valid_loss ?? step.full_valid_loss),
      cell(step.valid_mean_token_accuracy ?? step.full_valid_mean_token_accuracy),
    ].join(','),
  );
  return `${[header, ...lines].join('\n')}\n`;
}

/** `Step 131/303: training loss=0.25, validation loss=0.37`, the message of a metrics event. */
export function stepMessage(step: StepMetrics, totalSteps: number): string {
  const parts = [`training loss=${two(step.train_loss)}`];
  if (step.valid_loss !== undefined) {
    parts.push(`validation loss=${two(step.valid_loss)}`);
  }
  if (step.full_valid_loss !== undefined) {
    parts.push(`full validation loss=${two(step.full_valid_loss)}`);
  }
  return `Step ${step.step}/${totalSteps}: ${parts.join(', ')}`;
}

function cell(value: number | undefined): string {
  return value === undefined ? '' : String(Number(value.toFixed(5)));
}

function two(value: number | undefined): string {
  return value === undefined ? 'n/a' : value.toFixed(2);
}
