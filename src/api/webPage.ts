/** True for a text that begins like a web page. */
export function isWebPage(text: string): boolean {
  return /^[\s\uFEFF]*(?:<!--[\s\S]{0,1000}?-->\s*)?<(?:!doctype|html|head|body|title|script|meta|h1|center)\b/i.test(text);
}
