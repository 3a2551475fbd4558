import type { WireEvent } from '../providers/wire.ts';
import { toPointOfEvent, type MetricPoint } from './points.ts';

/**
 * Points of the "metrics" events, oldest event first; where a service sends no data, of the numbers in the event's
 * sentence. A run that went back, because its service ended in between, leaves no points of its first attempt.
 * Each event is read once: a list that goes on from the last one costs what is new in it, and points outlive events
 * that are no longer kept.
 */
export class EventPoints {
  #events: readonly WireEvent[] = [];
  #points: MetricPoint[] = [];

  /** Ascending by step; the same array if the events bring nothing new. */
  update(events: readonly WireEvent[]): readonly MetricPoint[] {
    if (events === this.#events) return this.#points;
    const next = this.#goesOnAt(events);
    this.#points = next === 0 ? [] : [...this.#points];
    this.#events = events;
    for (let index = next; index < events.length; index += 1) {
      const event = events[index];
      const point = event && toPointOfEvent(event);
      if (point !== undefined) this.#add(point);
    }
    return this.#points;
  }

  /** Index of the first event that was not read yet; 0 if the lists do not fit together. */
  #goesOnAt(events: readonly WireEvent[]): number {
    const [first] = events;
    const dropped = first === undefined ? -1 : this.#events.indexOf(first);
    if (dropped < 0) return 0;
    const known = this.#events.length - dropped;
    for (let index = 0; index < known; index += 1) {
      if (events[index] !== this.#events[dropped + index]) return 0;
    }
    return known;
  }

  #add(point: MetricPoint): void {
    const points = this.#points;
    const at = indexOfStep(points, point.step);
    const found = points[at];
    const known = found?.step === point.step ? found : undefined;
    if (at < points.length - 1 && known?.trainLoss !== undefined && point.trainLoss !== undefined) {
      points.splice(at, points.length - at, point);
    } else {
      points.splice(at, known === undefined ? 0 : 1, { ...known, ...point });
    }
  }
}

/** Points of a whole list of events. */
export function toPointsFromEvents(events: readonly WireEvent[]): readonly MetricPoint[] {
  return new EventPoints().update(events);
}

/** Index of the first point at the step or after it; nearly always at the end. */
function indexOfStep(points: readonly MetricPoint[], step: number): number {
  const last = points.at(-1);
  if (last === undefined || last.step < step) return points.length;
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle]?.step ?? Infinity) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}
