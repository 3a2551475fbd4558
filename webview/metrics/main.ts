import 'uplot/dist/uPlot.min.css';
import '../shared/base.css';
import '../shared/report.css';
import './metrics.css';
import { mergePoints, measures, type MetricPoint } from '../../src/core/metrics/points.ts';
import { toCsv } from '../../src/core/metrics/resultFile.ts';
import type { JobView, MetricsHost, MetricsPage, MetricsState, MetricsViewChoices } from '../../src/protocol/metrics.ts';
import { h, setShown } from '../shared/dom.ts';
import { connectHost, getKept, keep } from '../shared/host.ts';
import { observeTheme, readTheme, type Theme } from '../shared/theme.ts';
import { ChartCard } from './chartCard.ts';
import { EventList, JobPanel } from './jobPanel.ts';
import { PointTable } from './pointTable.ts';
import { MeasureFormat, pickCharts } from './series.ts';
import { Toolbar } from './toolbar.ts';
import { readZoom, type Zoom } from './zoom.ts';

/** The page of one job: keeps what it was told and what the person chose, and draws both. */
class MetricsView {
  readonly #state: MetricsState;
  readonly #format: MeasureFormat;
  readonly #panel: JobPanel;
  readonly #events: EventList;
  readonly #table: PointTable;
  readonly #toolbar: Toolbar;
  readonly #charts = h('div', { class: 'cards' });
  readonly #empty = h('p', { class: 'empty muted' });
  readonly #help: HTMLElement;
  readonly #data: HTMLElement;
  #cards: readonly (readonly [kind: string, card: ChartCard])[] = [];
  #points: readonly MetricPoint[];
  #job: JobView;
  #choices: MetricsViewChoices;
  #hidden: ReadonlySet<string> = new Set();
  #zoom: Zoom | null = null;
  #theme: Theme = readTheme();
  #drawing = 0;

  constructor(state: MetricsState) {
    this.#state = state;
    this.#points = state.points;
    this.#job = state.job;
    const kept = getKept();
    this.#choices = { ...state.view, ...readChoices(kept['view']) };
    this.#zoom = readZoom(kept['zoom']);
    this.#format = new MeasureFormat(state.locale);
    this.#panel = new JobPanel(state.strings, {
      copy: (text) => host.tell('copy', { text }),
      chat: (model, checkpoint) => host.tell('openChat', checkpoint === undefined ? { model } : { model, checkpoint }),
      retry: () => host.tell('retry'),
      showLog: () => host.tell('showLog'),
    });
    this.#events = new EventList(state.strings);
    this.#table = new PointTable(state.strings, this.#format);
    this.#toolbar = new Toolbar(state.strings, this.#choices, {
      change: (choices) => this.#choose(choices),
      resetZoom: () => this.#setZoom(null),
      copyCsv: () => host.tell('copy', { text: toCsv(this.#points, measures) }),
      exportCsv: () => host.tell('exportCsv'),
    });
    this.#help = h('p', { class: 'muted help' }, state.strings.chartHelp);
    this.#data = h('div', { class: 'data' }, this.#toolbar.element, this.#charts, this.#help, this.#table.element);
    const { head, remarks, finals, facts, checkpoints } = this.#panel;
    const below = h('div', { class: 'below' }, h('div', { class: 'column' }, finals, facts, checkpoints), this.#events.element);
    document.querySelector('#page')?.replaceChildren(h('main', {}, head, remarks, this.#empty, this.#data, below));
    this.#events.show(0, state.events);
    this.#setZoom(this.#zoom);
    this.showJob(state.job);
    observeTheme(() => {
      this.#theme = readTheme();
      this.#draw();
    });
  }

  showJob(job: JobView): void {
    this.#job = job;
    this.#panel.show(job);
    this.#drawSoon();
  }

  showPoints(from: number, points: readonly MetricPoint[]): void {
    this.#points = mergePoints(this.#points.slice(0, from), points);
    this.#drawSoon();
  }

  showEvents(dropped: number, from: number, events: MetricsState['events']): void {
    this.#events.drop(dropped);
    this.#events.show(from, events);
  }

  #choose(choices: Partial<MetricsViewChoices>): void {
    this.#choices = { ...this.#choices, ...choices };
    this.#keep();
    host.tell('rememberView', this.#choices);
    this.#drawSoon();
  }

  #keep(): void {
    keep({ ref: this.#state.ref, view: this.#choices, zoom: this.#zoom });
  }

  #setZoom(zoom: Zoom | null): void {
    this.#zoom = zoom;
    this.#keep();
    this.#toolbar.setZoomed(zoom !== null);
    for (const [, card] of this.#cards) card.setZoom(zoom);
  }

  #toggle(measure: string): void {
    const hidden = new Set(this.#hidden);
    if (!hidden.delete(measure)) hidden.add(measure);
    this.#hidden = hidden;
    this.#draw();
  }

  #drawSoon(): void {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    const none = this.#points.length === 0;
    setShown(this.#empty, none);
    setShown(this.#data, !none);
    this.#empty.textContent = this.#job.emptyText;
    if (none) return;
    const { table, smoothing, logLoss } = this.#choices;
    this.#toolbar.showTable(table);
    setShown(this.#charts, !table);
    setShown(this.#help, !table);
    setShown(this.#table.element, table);
    if (table) {
      this.#table.show(this.#points);
      return;
    }
    this.#pickCards();
    const checkpoints = this.#job.checkpoints.map(({ step }) => step);
    for (const [kind, card] of this.#cards) {
      const log = kind === 'loss' && logLoss;
      card.show(this.#points, { smoothing, log, hidden: this.#hidden, checkpoints }, this.#theme);
      card.setZoom(this.#zoom);
    }
  }

  #pickCards(): void {
    const kinds = pickCharts(this.#points);
    if (kinds.join() === this.#cards.map(([kind]) => kind).join()) return;
    for (const [, card] of this.#cards) card.dispose();
    this.#cards = kinds.map((kind) => {
      const card = new ChartCard(kind, this.#state.strings, this.#format, this.#theme, {
        onZoom: (zoom) => this.#setZoom(zoom),
        onCursor: (index) => {
          for (const [, other] of this.#cards) other.showCursor(index);
        },
        onToggle: (measure) => this.#toggle(measure),
      });
      return [kind, card] as const;
    });
    this.#charts.replaceChildren(...this.#cards.map(([, card]) => card.element));
  }
}

function readChoices(kept: unknown): Partial<MetricsViewChoices> {
  if (typeof kept !== 'object' || kept === null) return {};
  const { smoothing, logLoss, table } = kept as Partial<Record<keyof MetricsViewChoices, unknown>>;
  return {
    ...(typeof smoothing === 'number' && smoothing >= 0 && smoothing < 1 ? { smoothing } : {}),
    ...(typeof logLoss === 'boolean' ? { logLoss } : {}),
    ...(typeof table === 'boolean' ? { table } : {}),
  };
}

const host = connectHost<MetricsHost, MetricsPage>({
  showJob: async (job) => (await view).showJob(job),
  showPoints: async ({ from, points }) => (await view).showPoints(from, points),
  showEvents: async ({ dropped, from, events }) => (await view).showEvents(dropped, from, events),
});
const view: Promise<MetricsView> = host.call('ready').then((state) => new MetricsView(state));
