import type { Page } from 'playwright-core';
import { findBrowser, launchBrowser } from './browser.ts';
import type { Lifetime } from './lifetime.ts';
import { startServer, type ServerOptions, type VSCodeServer } from './server.ts';

type BrowserHostOptions = ServerOptions & {
  /** Without one, an empty window. */
  readonly folder?: string;
  /** Folder of the extension under development. */
  readonly extension?: string;
  /** Module that exports `run(): Promise<void>`, run inside the extension host. */
  readonly tests?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** What tests write to the console. */
  readonly onLog?: (type: string, text: string) => void;
};

export type BrowserHost = {
  readonly server: VSCodeServer;
  readonly page: Page;
  /** Settles with 0 or 1 when the run of `tests` does; rejects if the page dies before. */
  readonly exitCode: Promise<number>;
};

/** Opens the real workbench in a headless browser; resolves when it is drawn. */
export async function openBrowserHost(options: BrowserHostOptions, lifetime: Lifetime): Promise<BrowserHost> {
  // One after the other: on first use both install something and say so.
  const program = await findBrowser();
  const server = await startServer(options, lifetime);
  const browser = await launchBrowser(program);
  lifetime.add(() => browser.close());
  const context = await browser.newContext({
    viewport: options.viewport ?? { width: 1280, height: 800 },
    deviceScaleFactor: 1,
    locale: 'en-US',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  const exitCode = new Promise<number>((resolve, reject) => {
    page.once('crash', () => reject(new Error('The page of the workbench crashed.')));
    page.once('close', () => reject(new Error('The page of the workbench was closed.')));
    void page.exposeFunction('codeAutomationExit', (code: number) => resolve(code));
  });
  // Whoever does not run tests does not wait for it either.
  exitCode.catch(() => undefined);
  await page.exposeFunction('codeAutomationLog', (type: string, args: readonly unknown[]) => {
    options.onLog?.(type, args.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' '));
  });
  await page.goto(server.address(options), { waitUntil: 'domcontentloaded' });
  await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
  return { server, page, exitCode };
}
