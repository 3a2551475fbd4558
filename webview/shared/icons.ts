/** Outline icons of 16 units, drawn in the text's colour. */
const paths = {
  check: 'M3 8.5l3.2 3.2L13 4.5',
  error: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6',
  pass: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM5 8.2l2.2 2.2L11.2 6',
  slash: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM3.7 3.7l8.6 8.6',
  clock: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 4.5V8l2.6 1.6',
  running: 'M13.4 6.2A5.8 5.8 0 0 0 3 5M2.6 9.8A5.8 5.8 0 0 0 13 11M13.6 2.6v3.6H10M2.4 13.4V9.8H6',
  question: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM6.2 6.2a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.8.7-.8 1.3M8 11.2v.3',
  info: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 7.2v4M8 4.6v.3',
  warning: 'M8 2L14.2 13.5H1.8zM8 6.2v3.6M8 11.5v.3',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  insert: 'M2.5 2.5h11M2.5 13.5h11M8 5v6M5.5 8.5L8 11l2.5-2.5',
  retry: 'M13.2 8A5.2 5.2 0 1 1 11.4 4M11.6 1.4v2.8H8.8',
  stop: 'M4 4h8v8H4z',
  send: 'M2.5 2.5L14 8 2.5 13.5 4.5 8zM4.5 8H9',
  chat: 'M2.5 3h11v8h-6L4.5 13.5V11h-2z',
  down: 'M3.5 6L8 10.5 12.5 6',
  left: 'M10 3.5L5.5 8 10 12.5',
  right: 'M6 3.5L10.5 8 6 12.5',
  save: 'M8 2.5v7M5 6.8L8 9.8l3-3M2.5 11v2.5h11V11',
  settings: 'M2.5 4.5h6M11.5 4.5h2M10 3v3M2.5 11.5h2M7.5 11.5h6M6 10v3',
  model: 'M8 1.8l5.4 3.1v6.2L8 14.2l-5.4-3.1V4.9zM2.8 5L8 8l5.2-3M8 8v6',
} as const;

export type IconName = keyof typeof paths;

const svgNamespace = 'http://www.w3.org/2000/svg';

/** Decoration beside a text; what it means is said by the text or by a label. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg');
  for (const [attribute, value] of [['viewBox', '0 0 16 16'], ['class', `icon icon-${name}`], ['aria-hidden', 'true']] as const) {
    svg.setAttribute(attribute, value);
  }
  const path = document.createElementNS(svgNamespace, 'path');
  path.setAttribute('d', paths[name]);
  svg.append(path);
  return svg;
}
