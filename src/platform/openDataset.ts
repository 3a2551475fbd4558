import type * as vscode from 'vscode';
import { DatasetDocument, type DatasetOptions } from '../core/dataset/document.ts';
import type { FileFacts } from '../core/dataset/fileProblems.ts';
import { roleOfName } from '../core/dataset/fileRole.ts';
import type { TextEdit } from '../core/jsonl/position.ts';

/** `vscode.EndOfLine.CRLF`; only types are imported here. */
const crlf: vscode.EndOfLine.CRLF = 2;

/** Milliseconds of quiet after a keystroke before its line is checked. */
const quietTime = 150;
/** Milliseconds without an edit that count as a rest of whoever types. */
const restTime = 1_000;
/** Milliseconds of checking before others get their turn. */
const sliceTime = 12;

/** Told of an open training file. */
type Listeners = {
  /** What is known of its problems is as of now. */
  readonly onChecked: () => void;
  /** The same, and nobody types any more: what is about all of its lines can be told anew. */
  readonly onRest: () => void;
};

const deaf: Listeners = { onChecked: () => undefined, onRest: () => undefined };

/** An open training file: follows its edits and checks what they touched, a slice at a time. */
export class OpenDataset implements vscode.Disposable {
  readonly document: vscode.TextDocument;
  readonly #core: DatasetDocument;
  /** The rules now, and facts that whoever opened it knows better than its name does. */
  readonly #options: () => DatasetOptions;
  readonly #listeners: Listeners;
  #timer: NodeJS.Timeout | undefined;
  #slice: NodeJS.Immediate | undefined;
  #waiting: (() => void)[] = [];
  #checkedVersion: number | undefined;
  /** Runs until whoever types rests. */
  #restTimer: NodeJS.Timeout | undefined;
  #awaitingRest: (() => void)[] = [];
  #disposed = false;
  #shown = false;

  constructor(document: vscode.TextDocument, options: () => DatasetOptions, listeners: Listeners = deaf) {
    this.document = document;
    this.#listeners = listeners;
    this.#options = options;
    this.#core = new DatasetDocument(
      {
        get lineCount() {
          return document.lineCount;
        },
        lineAt: (line) => document.lineAt(line).text,
      },
      this.#given,
    );
    this.#slice = setImmediate(() => this.#start());
  }

  /** What is known of the file; `checkedVersion` tells of which version. */
  get core(): DatasetDocument {
    return this.#core;
  }

  /** Version of the document that was checked completely last. */
  get checkedVersion(): number | undefined {
    return this.#checkedVersion;
  }

  /** Checks with the rules and facts of now what depends on them. */
  refresh(): void {
    this.#checkedVersion = undefined;
    this.#stop();
    this.#start();
  }

  /** Says that more is known of the document than its own lines told. */
  tellChecked(): void {
    if (!this.#disposed && this.#shown) {
      this.#tell();
    }
  }

  /** Resolves once nobody has typed for a second: true, unless the token was cancelled or the document closed before. */
  async rests(token: vscode.CancellationToken): Promise<boolean> {
    if (this.#restTimer !== undefined) {
      let subscription: vscode.Disposable | undefined;
      await new Promise<void>((resolve) => {
        subscription = token.onCancellationRequested(resolve);
        this.#awaitingRest.push(resolve);
      });
      subscription?.dispose();
    }
    return !token.isCancellationRequested && !this.#disposed;
  }

  /** Follows an edit of the document. */
  follow(changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => this.#rest(), restTime);
    for (const change of changes) {
      this.#core.applyChange(toTextEdit(change));
    }
    this.#stop();
    this.#timer = setTimeout(() => this.#start(), quietTime);
  }

  /** Resolves once the document as it is then was checked, or this is disposed. */
  async checked(): Promise<void> {
    if (this.#checkedVersion === this.document.version || this.#disposed) {
      return;
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      // Whoever waits need not wait for quiet too.
      this.#stop();
      this.#start();
    });
  }

  dispose(): void {
    this.#disposed = true;
    this.#stop();
    this.#release();
    this.#rest();
  }

  /** Encoding and name can change while it is open. */
  get #given(): DatasetOptions {
    const options = this.#options();
    return { ...options, file: { ...factsOf(this.document), ...options.file } };
  }

  #start(): void {
    this.#core.configure(this.#given);
    if (!this.#core.inStep) {
      this.#core.reset();
    }
    this.#work();
  }

  #work(): void {
    const end = performance.now() + sliceTime;
    const stop = (): boolean => performance.now() >= end;
    if (!this.#core.check(stop)) {
      this.#slice = setImmediate(() => this.#work());
      return;
    }
    if (!this.#shown) {
      // What lines say by themselves is shown before all of them are compared for the first time.
      this.#shown = true;
      this.#tell();
    }
    if (!this.#core.compare(stop)) {
      this.#slice = setImmediate(() => this.#work());
      return;
    }
    this.#checkedVersion = this.document.version;
    this.#tell();
    this.#release();
  }

  #tell(): void {
    this.#listeners.onChecked();
    if (this.#restTimer === undefined) this.#listeners.onRest();
  }

  #rest(): void {
    clearTimeout(this.#restTimer);
    this.#restTimer = undefined;
    for (const resolve of this.#awaitingRest.splice(0)) resolve();
    if (!this.#disposed && this.#checkedVersion === this.document.version) this.#listeners.onRest();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#slice);
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) {
      resolve();
    }
  }
}

function factsOf(document: vscode.TextDocument): FileFacts {
  const name = document.isUntitled ? undefined : /\.[^./\\]*$/.exec(document.uri.path)?.[0];
  const utf16 = { utf16le: 'UTF-16 LE', utf16be: 'UTF-16 BE' }[document.encoding];
  return {
    byteOrderMark: document.encoding === 'utf8bom',
    ...(document.eol === crlf && document.lineCount > 1 ? { crlf: true } : {}),
    ...(document.isUntitled ? {} : { extension: name ?? '', role: roleOfName(document.uri.path) }),
    ...(utf16 === undefined ? {} : { encoding: utf16 }),
  };
}

/** An edit of a document in our terms. */
export function toTextEdit({ range, text }: vscode.TextDocumentContentChangeEvent): TextEdit {
  return {
    range: {
      start: { line: range.start.line, character: range.start.character },
      end: { line: range.end.line, character: range.end.character },
    },
    text,
  };
}
