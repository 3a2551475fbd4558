/** Colours and font of the current theme, for what is drawn rather than styled. */
export type Theme = {
  readonly foreground: string;
  readonly muted: string;
  readonly grid: string;
  readonly background: string;
  readonly font: string;
  readonly highContrast: boolean;
  color(variable: string): string;
};

export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const color = (variable: string): string => style.getPropertyValue(variable).trim();
  const highContrast = document.body.classList.contains('vscode-high-contrast');
  const foreground = color('--vscode-charts-foreground') || color('--vscode-foreground') || style.color;
  return {
    foreground,
    muted: highContrast ? foreground : color('--vscode-descriptionForeground') || foreground,
    // The theme's own chart lines are half the foreground: as strong as the data they stand behind.
    grid: (highContrast ? '' : color('--vscode-panel-border')) || color('--vscode-charts-lines') || foreground,
    background: color('--vscode-editor-background') || style.backgroundColor,
    font: `11px ${style.fontFamily}`,
    highContrast,
    color: (variable) => color(variable) || foreground,
  };
}

/** Calls back after the person changed the theme; VS Code swaps the body's class and the root's variables. */
export function observeTheme(onChange: () => void): void {
  let pending = 0;
  const observer = new MutationObserver(() => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(onChange);
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
}
