import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { connect, type Api, type Connection, type Handlers, type Port } from '../protocol/rpc.ts';
import type { Log } from './log.ts';

type WebviewPage = {
  /** The page's bundle: dist/webview/<name>.js and .css. */
  readonly name: 'metrics' | 'chat' | 'statistics';
  readonly title: string;
};

/** Makes a webview show one of our pages; its handlers are all that the page can call. */
export class WebviewHost {
  readonly #extensionUri: vscode.Uri;
  readonly #log: Log;

  constructor(extensionUri: vscode.Uri, log: Log) {
    this.#extensionUri = extensionUri;
    this.#log = log;
  }

  /**
   * Loads the page and returns the line to it; dispose that with the view or panel. Also for a panel that VS Code
   * restored, which comes back without its options and content.
   */
  open<Page extends Api<Page>, Host extends Api<Host>>(
    webview: vscode.Webview,
    page: WebviewPage,
    handlers: Handlers<Host>,
  ): Connection<Page> {
    const bundles = vscode.Uri.joinPath(this.#extensionUri, 'dist', 'webview');
    const media = vscode.Uri.joinPath(this.#extensionUri, 'media');
    webview.options = { enableScripts: true, enableCommandUris: false, localResourceRoots: [bundles, media] };
    // Listening begins before the page can speak.
    const connection = connect<Page, Host>(toPort(webview), handlers, (method, error) => {
      this.#log.error(`The ${page.name} page's message '${method}' failed`, error);
    });
    webview.html = toHtml(webview, page, bundles);
    return connection;
  }
}

function toPort(webview: vscode.Webview): Port {
  return {
    // A message to a page that was just closed is not delivered, and that is fine.
    post: (message) => void webview.postMessage(message).then(undefined, () => undefined),
    listen: (listener) => webview.onDidReceiveMessage(listener),
  };
}

/** No data and no script in the text: the page asks for everything it shows. */
function toHtml(webview: vscode.Webview, page: WebviewPage, bundles: vscode.Uri): string {
  const nonce = randomBytes(18).toString('base64');
  const address = (file: string): string => escapeHtml(webview.asWebviewUri(vscode.Uri.joinPath(bundles, file)).toString());
  const source = webview.cspSource;
  const policy = [
    `default-src 'none'`,
    // The component library tests with one style element whether the browser knows :focus-visible.
    `style-src ${source} 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    `font-src ${source}`,
    `img-src ${source} data:`,
    `connect-src 'none'`,
    `form-action 'none'`,
    `base-uri 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(vscode.env.language)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>${escapeHtml(page.title)}</title>
<link rel="stylesheet" href="${address(`${page.name}.css`)}">
</head>
<body>
<div id="page"></div>
<script type="module" nonce="${nonce}" src="${address(`${page.name}.js`)}"></script>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
