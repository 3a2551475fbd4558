/** What a subcommand sees of the terminal, so that a test can run one without a process. */
export interface CliIo {
  /** Writes to standard output as given; no newline is added. */
  readonly stdout: (text: string) => void;
  /** Writes to standard error as given; no newline is added. */
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder relative paths are resolved against. */
  readonly cwd: string;
  /** Aborted when the user asks the program to end (Ctrl+C, SIGTERM). */
  readonly signal: AbortSignal;
}

/** Everything went well. */
export const exitFine = 0;
/** There are problems of error severity, or the job failed. */
export const exitProblems = 1;
/** The command could not run: wrong arguments, a missing file, no connection. */
export const exitCouldNotRun = 2;

export type ExitCode = 0 | 1 | 2;

/** A subcommand: `args` are the words after its name. */
export type RunCommand = (args: readonly string[], io: CliIo) => Promise<ExitCode>;

/** The worse of two outcomes; 2 beats 1. */
export function worseOf(a: ExitCode, b: ExitCode): ExitCode {
  return a > b ? a : b;
}
