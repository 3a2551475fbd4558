import type * as vscode from 'vscode';

/** What features may write down. Never content of the user's data, never a key. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string, cause?: unknown): void;
  show(): void;
}

/** Output channel log; an error's cause is written as name, message and stack, nothing else of it. */
export class ChannelLog implements Log {
  readonly #channel: vscode.LogOutputChannel;

  constructor(channel: vscode.LogOutputChannel) {
    this.#channel = channel;
  }

  debug(message: string): void {
    this.#channel.debug(message);
  }

  info(message: string): void {
    this.#channel.info(message);
  }

  warn(message: string): void {
    this.#channel.warn(message);
  }

  error(message: string, cause?: unknown): void {
    const detail = cause instanceof Error ? (cause.stack ?? `${cause.name}: ${cause.message}`) : undefined;
    this.#channel.error(detail === undefined ? message : `${message}\n${detail}`);
  }

  show(): void {
    this.#channel.show(true);
  }
}
