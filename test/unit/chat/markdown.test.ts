import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHtml } from '../../../webview/chat/markdown.ts';

/** An answer is a stranger's text: whatever it holds, the page gets formatting and nothing else. */
const harmless: readonly [name: string, text: string][] = [
  ['a script', '<script>alert(1)</script>'],
  ['an image with a handler', '<img src=x onerror=alert(1)>'],
  ['an image', '![alt](https://tracker.example/a.png)'],
  ['a script link', '[x](javascript:alert(1))'],
  ['a disguised script link', '[x](JaVaScRiPt&#58;alert(1))'],
  ['a command link', '[x](command:workbench.action.quit)'],
  ['a data link', '[x](data:text/html;base64,PHNjcmlwdD4=)'],
  ['a plain http link', '[x](http://example.org)'],
  ['a file link', '[x](file:///etc/passwd)'],
  ['an autolink', '<command:workbench.action.quit>'],
  ['a reference link', '[x][1]\n\n[1]: javascript:alert(1)'],
  ['an attribute in a title', '[x](https://example.org "a\\" onclick=\\"alert(1)")'],
  ['an attribute in a fence', '```js" onclick="alert(1)\nx\n```'],
  ['a style', '|a|\n|:-:|\n|<b style="color:red">x</b>|'],
];

const tag = /<([a-z][a-z0-9]*)((?:\s+[a-z-]+="[^"]*")*)\s*\/?>/gi;
const allowed: Readonly<Record<string, readonly string[]>> = { a: ['href', 'title'], code: ['class'], th: ['class'], td: ['class'], ol: ['start'] };

describe('toHtml', () => {
  for (const [name, text] of harmless) {
    it(`makes ${name} harmless`, () => {
      const html = toHtml(text);
      assert.doesNotMatch(html, /<(script|img|iframe|style|b)\b/i);
      for (const [, element = '', attributes = ''] of html.matchAll(tag)) {
        for (const [, attribute = '', value = ''] of attributes.matchAll(/([a-z-]+)="([^"]*)"/gi)) {
          assert.ok(allowed[element]?.includes(attribute), `${attribute} on ${element}`);
          if (attribute === 'href') assert.match(value, /^https:\/\//);
        }
      }
    });
  }
  it('keeps what an answer means: lists, code, tables, https links, line breaks', () => {
    const html = toHtml('**b** `c`\nnext\n\n- one\n\n| a |\n|--:|\n| 1 |\n\n[x](https://example.org) https://example.com');
    for (const part of [
      '<strong>b</strong>', '<code>c</code>', '<br>', '<li>one</li>', '<td class="align-right">1</td>',
      '<a href="https://example.org">x</a>', '<a href="https://example.com">https://example.com</a>',
    ]) assert.ok(html.includes(part), part);
  });
  it('makes no link of what merely looks like an address', () => {
    assert.doesNotMatch(toHtml('main.rs example.com me@example.com'), /<a/);
  });
});
