import type { CliIo } from './io.ts';

/** Tells what is wrong with the arguments of a command, in one sentence, and where to read how it is used. */
export function tellUsageError(io: CliIo, command: string, message: string): void {
  io.stderr(`${message}\nRun 'tunesmith ${command} --help' to see how it is used.\n`);
}

/** A complaint of `parseArgs` in our words: its own talk about positional arguments helps nobody here. */
export function explainParseError(error: unknown): string {
  const { code, message = String(error) } = error as { readonly code?: unknown; readonly message?: string };
  const quoted = /'([^']+)'/.exec(message)?.[1] ?? '';
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return `There is no option '${quoted}'.`;
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `'${quoted}' is one argument too many.`;
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      return /does not take an argument/.test(message)
        ? `The option '${quoted}' takes no value.`
        : `The option '${quoted.replace(/ <value>$/, '')}' needs a value.`;
    default:
      return message;
  }
}
