import { parseArgs } from 'node:util';

/** What the engine's program is told when it is started. The token is not among it: it comes over stdin. */
export type EngineArguments = {
  readonly dataFolder: string;
  readonly version: string;
  readonly threads: number;
  readonly idleSeconds: number;
  readonly port?: number;
};

export function toArguments(options: EngineArguments): string[] {
  return [
    `--data=${options.dataFolder}`,
    `--version=${options.version}`,
    `--threads=${options.threads}`,
    `--idle=${options.idleSeconds}`,
    ...(options.port === undefined ? [] : [`--port=${options.port}`]),
  ];
}

/** @throws if an argument is missing or makes no sense */
export function parseArguments(args: readonly string[]): EngineArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      version: { type: 'string' },
      threads: { type: 'string' },
      idle: { type: 'string' },
      port: { type: 'string' },
    },
  });
  if (!values.data || !values.version) {
    throw new Error('The engine needs --data and --version');
  }
  return {
    dataFolder: values.data,
    version: values.version,
    threads: wholeNumber('threads', values.threads ?? '0', 1024),
    idleSeconds: wholeNumber('idle', values.idle ?? '0', 1_000_000_000),
    ...(values.port === undefined ? {} : { port: wholeNumber('port', values.port, 65_535) }),
  };
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= max)) {
    throw new Error(`--${name} must be a whole number up to ${max}`);
  }
  return value;
}
