import type { WireEvent } from '../core/providers/wire.ts';

/** One line per event, `2026-11-28 10:00:00 [info] text`, times in UTC. Whatever a service writes stays on its line. */
export function eventLine(event: WireEvent): string {
  const at = new Date(event.created_at * 1_000);
  const time = Number.isFinite(at.getTime()) ? at.toISOString().slice(0, 19).replace('T', ' ') : '?';
  return `${time} [${plain(event.level)}] ${plain(event.message)}`;
}

/** Control characters, those that turn the direction of writing, and line ends become visible or go. */
function plain(text: string): string {
  return text
    .replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ⏎ ')
    .replace(/(?!\t)[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '�');
}
