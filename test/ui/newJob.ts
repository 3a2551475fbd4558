import type { Workbench } from './workbench.ts';

type NewJob = { readonly training: string; readonly model: string; readonly suffix: string };

/** Answers the steps of a new job without a validation file, up to its summary. */
export async function toSummary(workbench: Workbench, { training, ...rest }: NewJob): Promise<void> {
  await workbench.runCommand('Fine-Tuning: Create Fine-Tuning Job…');
  await workbench.waitForQuickInput('1/6');
  await workbench.pick(training);
  await workbench.waitForQuickInput('2/6');
  await fromValidation(workbench, rest);
}

/** The same where the training file is chosen already. */
export async function fromValidation(workbench: Workbench, { model, suffix }: Omit<NewJob, 'training'>): Promise<void> {
  await workbench.pick('None');
  await workbench.waitForQuickInput('3/6');
  await workbench.pick(model);
  await workbench.waitForQuickInput('4/6');
  await workbench.typeQuickInput(suffix);
  await workbench.accept();
  await workbench.waitForQuickInput('5/6');
  await workbench.pick('Continue');
  await workbench.waitForQuickInput('6/6');
}
