import { isLoopback } from '../core/providers/connection.ts';
import { localProfile } from '../core/providers/local.ts';
import type { Service } from '../core/providers/port.ts';
import type { ProviderProfile } from '../core/providers/profile.ts';
import { builtInProviders, profileOf } from '../core/providers/providers.ts';
import { defaultDataFolder } from '../engine/launch/dataFolder.ts';
import { createLauncher } from '../engine/launch/launcher.ts';
import { syncWarning } from '../engine/launch/syncService.ts';
import type { CliIo } from './io.ts';
import { installedProgram } from './program.ts';
import type { TuneOptions } from './tuneOptions.ts';

type TuneTarget = {
  readonly service: Service;
  readonly profile: ProviderProfile;
  /** Milliseconds between two questions about the job. */
  readonly pollMs: number;
};

/** An engine that was started for a job ends this long after it, unless somebody else uses it. In seconds. */
const idleSeconds = 600;

/** The service that a job is created at; the Local engine is started if it does not run. */
export async function openTarget(options: TuneOptions, io: CliIo): Promise<TuneTarget> {
  // Loaded only now: it carries the whole SDK.
  const { createService } = await import('../api/service.ts');
  const program = await installedProgram();
  const userAgent = `Tunesmith/${program.version}`;
  if (options.baseURL !== undefined) {
    const { baseURL, apiKey } = options;
    const profile = builtInProviders[profileOf(baseURL)];
    const { wire, maxTokensField } = profile;
    return {
      service: createService({ baseURL, apiKey, userAgent, wire, maxTokensField }),
      profile,
      pollMs: isLoopback(new URL(baseURL).hostname) ? 500 : 5_000,
    };
  }
  const launcher = createLauncher();
  const dataFolder = defaultDataFolder(io.env);
  const syncService = await launcher.syncService(dataFolder);
  if (syncService !== undefined) {
    io.stderr(`Warning: ${syncWarning(dataFolder, syncService)}\n`);
  }
  const engine = await launcher.start(
    {
      program: program.engine,
      version: program.version,
      dataFolder,
      threads: 0,
      idleSeconds,
    },
    io.signal,
  );
  io.stderr(`Local engine: ${engine.baseURL}\n`);
  return {
    service: createService({ baseURL: engine.baseURL, apiKey: engine.apiKey, userAgent }),
    profile: localProfile,
    pollMs: 500,
  };
}
