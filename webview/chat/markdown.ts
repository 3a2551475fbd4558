import MarkdownIt from 'markdown-it';

/**
 * Answers are text of a stranger: no HTML, links only to https (the extension asks and opens them), no images, since
 * loading one would tell somebody that the answer was read.
 */
const markdown = new MarkdownIt('default', { html: false, linkify: true, breaks: true });
markdown.validateLink = (url) => /^https:\/\//i.test(url.trim());
// Bare words such as file.rs are no addresses; only what is written as one becomes a link.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
markdown.renderer.rules.image = (tokens, index) => markdown.utils.escapeHtml(tokens[index]?.content ?? '');
// The page's policy allows no style attribute, which is how columns are aligned otherwise.
for (const rule of ['th_open', 'td_open'] as const) {
  markdown.renderer.rules[rule] = (tokens, index) => {
    const align = /text-align:(left|center|right)/.exec(String(tokens[index]?.attrGet('style') ?? ''))?.[1];
    const tag = rule === 'th_open' ? 'th' : 'td';
    return align === undefined ? `<${tag}>` : `<${tag} class="align-${align}">`;
  };
}

/** Markdown as HTML that holds nothing but formatting; all text in it is escaped. */
export function toHtml(text: string): string {
  return markdown.render(text);
}
