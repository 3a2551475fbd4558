import { connect, type Api, type Connection, type Handlers } from '../../src/protocol/rpc.ts';

const vscode = acquireVsCodeApi();

/** Joins the page to the extension; `handlers` is all that the extension can call here. */
export function connectHost<Host extends Api<Host>, Page extends Api<Page>>(handlers: Handlers<Page>): Connection<Host> {
  return connect<Host, Page>(
    {
      post: (message) => vscode.postMessage(message),
      listen: (listener) => {
        const hear = (event: MessageEvent<unknown>): void => listener(event.data);
        window.addEventListener('message', hear);
        return { dispose: () => window.removeEventListener('message', hear) };
      },
    },
    handlers,
  );
}

/** What this page kept over hiding and reload; its shape is checked by the reader. */
export function getKept(): Readonly<Record<string, unknown>> {
  const state = vscode.getState();
  return typeof state === 'object' && state !== null ? (state as Record<string, unknown>) : {};
}

export function keep(state: object): void {
  vscode.setState(state);
}
