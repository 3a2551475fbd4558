import type { Workbench } from './workbench.ts';

/** Switches to a connection that has no key yet, and answers what it then asks. */
export async function switchWithKey(workbench: Workbench, label: string): Promise<void> {
  await workbench.runCommand('Fine-Tuning: Switch Connection…');
  await workbench.pick(label);
  await nameVariable(workbench);
}

/** Lets the current connection take its key from the variable that every visit has. */
export async function takeKeyFromVariable(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Fine-Tuning: Set API Key…');
  await nameVariable(workbench);
}

async function nameVariable(workbench: Workbench): Promise<void> {
  await workbench.waitForQuickInput(/Where is the API key|Environment Variable/);
  await workbench.pick(/Environment Variable/);
  await workbench.waitForQuickInput('2/2');
  await workbench.typeQuickInput('FAKE_KEY');
  await workbench.accept();
  await workbench.notification(/takes the API key/).waitFor();
  await workbench.closeNotifications();
}
