import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator, Page } from 'playwright-core';
import type { VSCodeServer } from '../host/server.ts';

export type Theme = 'dark' | 'light' | 'highContrast';

type Place = { readonly x: number; readonly y: number };

const themes: Readonly<Record<Theme, { readonly name: string; readonly className: string }>> = {
  dark: { name: 'Dark 2026', className: 'vs-dark' },
  light: { name: 'Light 2026', className: 'vs' },
  highContrast: { name: 'Default High Contrast', className: 'hc-black' },
};

/** For what answers at once on an idle machine; a busy one, and the first search of a file, take their time. */
const patience = 60_000;
/** A hover goes soon after the mouse has; one that stays is a part of what is to be seen. */
const hoverMs = 3_000;
/** The palette answers sooner, or was closed again. */
const paletteMs = 15_000;

/** What a person does in the workbench, in the words of a person. Every method waits for what it needs to see. */
export class Workbench {
  readonly page: Page;
  readonly #server: VSCodeServer;
  /** Where screenshots go. */
  readonly folder: string;

  constructor(page: Page, server: VSCodeServer, screenshots: string) {
    this.page = page;
    this.#server = server;
    this.folder = screenshots;
    page.setDefaultTimeout(patience);
    mkdirSync(screenshots, { recursive: true });
  }

  /** Saves what is to be seen as `<name>.png`, hovers among it. */
  async capture(name: string): Promise<string> {
    const path = join(this.folder, `${name}.png`);
    await this.page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    return path;
  }

  /** Saves what is to be seen as `<name>.png`, without hovers. */
  async screenshot(name: string): Promise<string> {
    // Away from everything that shows a hover, and without the caret, which blinks.
    await this.page.mouse.move(1150, 4);
    const hover = this.page.locator('.workbench-hover-container .monaco-hover').first();
    await hover.waitFor({ state: 'hidden', timeout: hoverMs }).catch(() => undefined);
    return this.capture(name);
  }

  /** Runs a command by its title in the palette, such as `Fine-Tuning: Run Recipe`. */
  async runCommand(title: string): Promise<void> {
    await this.#inPalette(`>${title}`, () => this.pick(title, paletteMs));
  }

  /** Reloads the window as a person does who presses F5 in a browser; resolves when it is drawn again. */
  async reload(): Promise<void> {
    await this.page.reload({ waitUntil: 'domcontentloaded' });
    await this.page.locator('.monaco-workbench .part.sidebar').waitFor();
  }

  /** Opens a file of the workspace by its path or name, optionally at a line and column (from 1). */
  async openFile(path: string, line?: number, column = 1): Promise<void> {
    const name = path.split('/').at(-1) ?? path;
    await this.#inPalette(path, () => this.pick(name, paletteMs));
    await this.page.locator('.tabs-container .tab.active', { hasText: name }).waitFor();
    if (line !== undefined) {
      await this.goTo(line, column);
    }
  }

  async goTo(line: number, column: number): Promise<void> {
    await this.#inPalette(`:${line}:${column}`, async () => {
      await this.quickRows().filter({ hasText: /go to line/i }).waitFor({ timeout: paletteMs });
      await this.page.keyboard.press('Enter');
    });
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /**
   * Types into the palette and goes on from there. Whatever takes the focus meanwhile closes the palette, as a late
   * notification or a view that is just opened does; a person would open it again.
   */
  async #inPalette(text: string, goOn: () => Promise<void>): Promise<void> {
    for (const end = Date.now() + patience; ; ) {
      try {
        await this.page.keyboard.press('F1');
        await this.typeQuickInput(text, paletteMs);
        await goOn();
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Replaces the text of the open quick input. */
  async typeQuickInput(text: string, timeout = patience): Promise<void> {
    await this.quickInput.locator('input[type="text"], input[type="password"]').first().fill(text, { timeout });
  }

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** Title and prompt of the open quick input; waits for one whose title or prompt holds `text`. */
  async waitForQuickInput(text: string | RegExp): Promise<void> {
    await this.page.locator('.quick-input-widget:visible', { hasText: text }).waitFor();
  }

  /** The rows that a quick pick shows now. */
  quickRows(): Locator {
    return this.quickInput.locator('.quick-input-list .monaco-list-row');
  }

  /** Chooses the row with exactly this label, or the first that matches. */
  async pick(label: string | RegExp, timeout = patience): Promise<void> {
    const rows = this.quickRows();
    const row = typeof label === 'string' ? rows.filter({ has: this.#exactLabel(label) }) : rows.filter({ hasText: label });
    await row.first().click({ timeout });
  }

  /** Chooses from the open context menu. One that has only just opened passes over a click, so that may take two. */
  async pickFromMenu(label: string): Promise<void> {
    const menu = this.page.locator('.monaco-menu');
    const item = menu.locator('.action-label', { hasText: label }).first();
    await item.waitFor();
    for (const end = Date.now() + patience; await menu.isVisible(); ) {
      if (Date.now() > end) throw new Error(`The menu stays open after "${label}" was clicked.`);
      await item.click({ timeout: 2_000 }).catch(() => undefined);
      await menu.waitFor({ state: 'hidden', timeout: 1_000 }).catch(() => undefined);
    }
  }

  /** Types a path into VS Code's own file dialog, which fills its input once more when the folder is read. */
  async choosePath(path: string, button: string): Promise<void> {
    const dialog = this.page.locator('.quick-input-widget:visible', { has: this.page.locator('.monaco-button', { hasText: button }) });
    await dialog.locator('.monaco-list-row', { hasText: '..' }).first().waitFor();
    const input = dialog.locator('input[type="text"]').first();
    for (let kept = 0; kept < 3; ) {
      if ((await input.inputValue()) === path) kept += 1;
      else await input.fill(path);
      await this.page.waitForTimeout(100);
    }
    await dialog.locator('.monaco-button', { hasText: button }).click();
    await dialog.waitFor({ state: 'hidden' });
  }

  async accept(): Promise<void> {
    await this.page.keyboard.press('Enter');
  }

  /** Opens the view container of the activity bar with this title. */
  async openContainer(title: string): Promise<void> {
    const tab = this.page.locator(`.activitybar .action-item:has([aria-label^="${title}"])`).first();
    const shown = this.page.locator('.sidebar .composite.title', { hasText: title });
    await tab.waitFor();
    // While a window restores its side bar, a click may close what was just going to open: then it takes another one.
    for (let tries = 0; tries < 3; tries += 1) {
      if (await shown.isVisible()) return;
      if ((await tab.getAttribute('aria-expanded')) !== 'true' && !(await this.#isChecked(tab))) {
        await tab.click();
      }
      if (await shown.waitFor({ timeout: 5_000 }).then(() => true, () => false)) return;
    }
    await shown.waitFor();
  }

  /** Drags the border between side bar and editors. */
  async setSideBarWidth(width: number): Promise<void> {
    const bar = await boxOf(this.page.locator('.part.sidebar'));
    const middle = bar.y + bar.height / 2;
    await this.#drag({ x: bar.x + bar.width + 1, y: middle }, { x: bar.x + width + 1, y: middle });
  }

  /** Drags the upper border of a view of the side bar, by its title, to this distance from the top of the window. */
  async setViewTop(title: string, top: number): Promise<void> {
    const header = await boxOf(this.page.locator(`.sidebar .pane-header[aria-label^="${title}"]`));
    const x = header.x + header.width / 2;
    await this.#drag({ x, y: header.y }, { x, y: top });
  }

  /** Rows of the side bar's tree views whose text holds `text`. */
  treeRow(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .monaco-list-row', { hasText: text });
  }

  /** What shows while the mouse rests somewhere. */
  hover(text: string | RegExp): Locator {
    return this.page.locator('.workbench-hover-container .monaco-hover', { hasText: text });
  }

  /** Clicks an inline action of a tree row, which only shows while the pointer is over it. */
  async treeAction(row: Locator, action: string): Promise<void> {
    await row.first().hover();
    await row.first().locator(`.action-label[aria-label^="${action}"]`).click();
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast, .notifications-center .notification-list-item', { hasText: text }).first();
  }

  /** Waits for a notification and clicks one of its buttons. */
  async answerNotification(text: string | RegExp, button: string, milliseconds = patience): Promise<void> {
    const notification = this.notification(text);
    await notification.waitFor({ timeout: milliseconds });
    await notification.locator('.monaco-button', { hasText: button }).first().click();
  }

  async closeNotifications(): Promise<void> {
    if ((await this.page.locator('.notification-toast').count()) > 0) {
      await this.runCommand('Notifications: Clear All Notifications');
      await this.page.locator('.notification-toast').first().waitFor({ state: 'detached' });
    }
  }

  /** Asks again and again; for what is no part of the page. */
  async until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
    for (const end = Date.now() + patience; !(await isTrue()); ) {
      if (Date.now() > end) throw new Error('Not in time.');
      await this.page.waitForTimeout(100);
    }
  }

  /** A modal dialog of the workbench. */
  async answerDialog(button: string): Promise<void> {
    await this.page.locator('.monaco-dialog-box .monaco-button', { hasText: button }).first().click();
  }

  /** The frame inside a webview, the one where `selector` is visible: webviews are two frames deep. */
  async webview(selector: string, milliseconds = patience): Promise<Frame> {
    const end = Date.now() + milliseconds;
    for (;;) {
      for (const frame of this.page.frames()) {
        const depth = frame.parentFrame()?.parentFrame();
        const visible = depth ? await frame.locator(selector).first().isVisible().catch(() => false) : false;
        if (visible && (await this.#isShown(frame))) {
          return frame;
        }
      }
      if (Date.now() > end) {
        throw new Error(`No webview shows "${selector}".`);
      }
      await this.page.waitForTimeout(100);
    }
  }

  /** Types into a field until it stands there: while VS Code moves the focus, what is typed goes nowhere. */
  async type(field: Locator, text: string): Promise<void> {
    const end = Date.now() + patience;
    do {
      await field.fill(text);
      await this.page.waitForTimeout(50);
      if ((await field.inputValue()) === text) return;
    } while (Date.now() < end);
    throw new Error(`"${text}" could not be typed.`);
  }

  /** Messages of the Problems view, which it opens. */
  async problems(): Promise<readonly string[]> {
    await this.runCommand('Problems: Focus on Problems View');
    const panel = this.page.locator('.markers-panel');
    await panel.waitFor();
    return panel.locator('.monaco-list-row .marker-message-details-container').allInnerTexts();
  }

  /** Squiggles of one severity in the visible part of the active editor. */
  squiggles(severity: 'error' | 'warning' = 'error'): Locator {
    return this.editor.locator(`.squiggly-${severity}`);
  }

  get editor(): Locator {
    return this.page.locator('.editor-group-container.active .monaco-editor').first();
  }

  codeLens(title: string): Locator {
    return this.editor.locator('.codelens-decoration a', { hasText: title }).first();
  }

  /** Text of the lines that the active editor shows, in their order. */
  async visibleText(): Promise<string> {
    const lines = await this.editor.locator('.view-lines .view-line').evaluateAll((nodes) =>
      nodes
        .map((node) => ({ top: (node as unknown as { offsetTop: number }).offsetTop, text: node.textContent ?? '' }))
        .sort((a, b) => a.top - b.top)
        .map((line) => line.text),
    );
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  tab(name: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: name }).first();
  }

  /** Opens the light bulb's menu at the caret. */
  async openQuickFixes(): Promise<void> {
    await this.page.keyboard.press(process.platform === 'darwin' ? 'Meta+.' : 'Control+.');
    await this.page.locator('.action-widget .monaco-list-row').first().waitFor();
  }

  async pickQuickFix(title: string | RegExp): Promise<void> {
    await this.page.locator('.action-widget .monaco-list-row', { hasText: title }).first().click();
  }

  async save(): Promise<void> {
    await this.runCommand('File: Save');
    await this.page.locator('.tabs-container .tab.active.dirty').waitFor({ state: 'detached' });
  }

  /** Changes settings of the machine while VS Code runs. */
  changeSettings(changes: Readonly<Record<string, unknown>>): void {
    const settings = JSON.parse(readFileSync(this.#server.settingsFile, 'utf8')) as Record<string, unknown>;
    writeFileSync(this.#server.settingsFile, JSON.stringify({ ...settings, ...changes }, null, 2));
  }

  /** A screenshot in each theme, dark last. `capture` is for what would close if the pointer moved. */
  async inThemes(name: string, take: 'screenshot' | 'capture' = 'screenshot'): Promise<void> {
    for (const theme of ['light', 'highContrast', 'dark'] as const) {
      await this.setTheme(theme);
      await this[take](`${name}-${theme}`);
    }
  }

  async setTheme(theme: Theme): Promise<void> {
    this.changeSettings(themeSettings(theme));
    await this.page.locator(`.monaco-workbench.${themes[theme].className}`).waitFor();
  }

  async #drag(from: Place, to: Place): Promise<void> {
    await this.page.mouse.move(from.x, from.y);
    await this.page.mouse.down();
    await this.page.mouse.move(to.x, to.y, { steps: 4 });
    await this.page.mouse.up();
  }

  #exactLabel(label: string): Locator {
    return this.page.locator('.label-name', { hasText: new RegExp(`^\\s*${escapeRegExp(label)}\\s*$`) });
  }

  async #isChecked(tab: Locator): Promise<boolean> {
    return (await tab.getAttribute('class'))?.split(' ').includes('checked') ?? false;
  }

  /** A hidden webview keeps its frame, drawn nowhere. */
  async #isShown(frame: Frame): Promise<boolean> {
    const outer = frame.parentFrame();
    return outer ? (await outer.frameElement()).isVisible() : false;
  }
}

export function themeSettings(theme: Theme): Readonly<Record<string, unknown>> {
  return { 'workbench.colorTheme': themes[theme].name, 'window.autoDetectColorScheme': false };
}

async function boxOf(element: Locator): Promise<Place & { readonly width: number; readonly height: number }> {
  const box = await element.first().boundingBox();
  if (!box) {
    throw new Error(`${String(element)} is not to be seen.`);
  }
  return box;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
