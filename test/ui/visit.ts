import { relative, join } from 'node:path';
import { openBrowserHost, type BrowserHost } from '../host/browserHost.ts';
import { createEngineHome } from '../host/engineHome.ts';
import { repository, say } from '../host/install.ts';
import { Lifetime } from '../host/lifetime.ts';
import { Steps } from './steps.ts';
import { themeSettings, Workbench } from './workbench.ts';

export type Place = {
  readonly folder?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly workspaceTrust?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
};

/** Runs steps in a VS Code of their own, as `visit` below does for one run of tests. */
export type Visit = (name: string, place: Place, run: (steps: Steps, workbench: Workbench) => Promise<void>) => Promise<boolean>;

/** Runs steps in a VS Code of their own; true if all went well. Screenshots and logs are left in `output`. */
export async function visit(
  output: string,
  name: string,
  place: Place,
  run: (steps: Steps, workbench: Workbench) => Promise<void>,
): Promise<boolean> {
  const lifetime = new Lifetime();
  try {
    const environment = { TUNESMITH_HOME: await createEngineHome(lifetime, join(output, `home-${name}`)), ...place.environment };
    const settings = {
      ...themeSettings('dark'),
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
      'git.enabled': false,
      'security.workspace.trust.startupPrompt': 'never',
      ...place.settings,
    };
    const viewport = { width: 1440, height: 900 };
    const { page, server }: BrowserHost = await openBrowserHost({ ...place, install: repository, settings, environment, viewport }, lifetime);
    const workbench = new Workbench(page, server, output);
    const steps = new Steps(async () => {
      await workbench.screenshot(`failed-${name}`);
      await server.copyLogs(join(output, `logs-${name}`));
      say(`    See ${relative(repository, output)}/failed-${name}.png and logs-${name}.`);
    });
    await run(steps, workbench);
    return steps.finish();
  } finally {
    await lifetime.dispose();
  }
}
