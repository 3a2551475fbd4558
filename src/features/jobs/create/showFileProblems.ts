import type { Datasets } from '../../../platform/datasets.ts';
import { showProblems } from '../showProblems.ts';
import type { PlanCheck } from './planCheck.ts';

/** Opens the file of a plan that has problems, the training file first. */
export async function showFileProblems(datasets: Datasets, { training, validation }: PlanCheck): Promise<void> {
  const wrong = [training, validation].find((file) => file !== undefined && file.errors + file.warnings > 0) ?? training;
  if (wrong.file.kind === 'local') await showProblems(datasets, wrong.file.uri);
}
