import type { EventView, FactView, JobView, MetricsStrings, Remark, StatusTone } from '../../src/protocol/metrics.ts';
import { fill, h, setShown } from '../shared/dom.ts';
import { icon, type IconName } from '../shared/icons.ts';
import { createButton } from '../shared/toolkit.ts';

type JobPanelActions = {
  readonly copy: (text: string) => void;
  readonly chat: (model: string, checkpoint?: number) => void;
  readonly retry: () => void;
  readonly showLog: () => void;
};

const toneIcons: Readonly<Record<StatusTone, IconName>> = {
  waiting: 'clock',
  running: 'running',
  good: 'pass',
  bad: 'error',
  stopped: 'slash',
  unknown: 'question',
};

const remarkIcons: Readonly<Record<Remark['tone'], IconName>> = { info: 'info', warning: 'warning', error: 'error' };

/** What is said about the job in words, above and below the charts. */
export class JobPanel {
  readonly head = h('header', { class: 'job-head' });
  readonly remarks = h('div', { class: 'remarks', 'aria-live': 'polite' });
  readonly finals = h('section', { class: 'card finals' });
  readonly facts = h('section', { class: 'card facts' });
  readonly checkpoints = h('section', { class: 'card checkpoints' });
  readonly #strings: MetricsStrings;
  readonly #actions: JobPanelActions;
  readonly #drawn = new Map<HTMLElement, string>();

  constructor(strings: MetricsStrings, actions: JobPanelActions) {
    this.#strings = strings;
    this.#actions = actions;
  }

  show(job: JobView): void {
    this.#redraw(this.head, [job.title, job.subtitle, job.status, job.progress, job.chatModel], () => this.#toHead(job));
    const remarks = job.diagnosis === null ? job.remarks : [...job.remarks, job.diagnosis];
    this.#redraw(this.remarks, remarks, () => remarks.map((remark) => this.#toRemark(remark)));
    this.#redraw(this.facts, job.facts, () => [
      h('h2', {}, this.#strings.facts),
      h('dl', { class: 'fact-grid' }, ...job.facts.map((fact) => this.#toFact(fact))),
    ]);
    setShown(this.finals, job.finals.length > 0);
    const ended = job.progress === null;
    this.#redraw(this.finals, [job.finals, ended], () => [
      h('h2', {}, ended ? this.#strings.finals : this.#strings.latestValues),
      h(
        'dl',
        { class: 'final-grid' },
        ...job.finals.map(({ label, value, note }) =>
          h('div', {}, h('dt', {}, label), h('dd', {}, h('span', { class: 'figure' }, value), h('span', { class: 'muted' }, note))),
        ),
      ),
    ]);
    setShown(this.checkpoints, job.checkpoints.length > 0);
    this.#redraw(this.checkpoints, job.checkpoints, () => [
      h('h2', {}, this.#strings.checkpoints),
      h(
        'ul',
        { class: 'plain-list' },
        ...job.checkpoints.map(({ step, model }) =>
          h(
            'li',
            { class: 'row' },
            h('span', { class: 'where' }, fill(this.#strings.atStep, step)),
            h('span', { class: 'mono grow' }, model),
            createButton({
              label: fill(this.#strings.chatCheckpoint, step),
              appearance: 'icon',
              icon: 'chat',
              onClick: () => this.#actions.chat(model, step),
            }),
            this.#copyButton(model, model),
          ),
        ),
      ),
    ]);
  }

  /** Redraws a part only when its content changed, so that focus and selection stay while the job runs. */
  #redraw(element: HTMLElement, content: unknown, draw: () => readonly Node[]): void {
    const drawn = JSON.stringify(content);
    if (this.#drawn.get(element) === drawn) return;
    this.#drawn.set(element, drawn);
    element.replaceChildren(...draw());
  }

  #toHead({ title, subtitle, status, progress, chatModel }: JobView): readonly Node[] {
    const nodes: Node[] = [];
    const line = h('div', { class: 'row title-row' }, h('h1', {}, title));
    if (status !== null) {
      const sign = icon(toneIcons[status.tone]);
      if (status.tone === 'running') sign.classList.add('spin');
      line.append(h('span', { class: `status ${status.tone}` }, sign, h('span', { class: 'status-text' }, status.text)));
    }
    if (chatModel !== null) {
      line.append(
        h('span', { class: 'grow' }),
        createButton({ label: this.#strings.chat, appearance: 'primary', icon: 'chat', onClick: () => this.#actions.chat(chatModel) }),
      );
    }
    nodes.push(line, h('p', { class: 'muted subtitle' }, subtitle));
    if (progress !== null) {
      const bar = h('progress', progress.share === null ? { 'aria-label': progress.text } : { max: 1, value: progress.share, 'aria-label': progress.text });
      nodes.push(h('div', { class: 'progress-row' }, bar, h('span', { class: 'muted' }, progress.text)));
    }
    return nodes;
  }

  #toRemark(remark: Remark): HTMLElement {
    const body = h('div', { class: 'grow' }, h('span', { class: 'visually-hidden' }, `${this.#strings[remark.tone]}: `), remark.text);
    if (remark.canRetry) {
      const buttons = h('div', { class: 'row remark-actions' });
      buttons.append(
        createButton({ label: this.#strings.retry, onClick: () => this.#actions.retry() }),
        createButton({ label: this.#strings.showLog, onClick: () => this.#actions.showLog() }),
      );
      body.append(buttons);
    }
    return h('div', { class: `remark ${remark.tone}` }, icon(remarkIcons[remark.tone]), body);
  }

  #toFact({ label, value, copy, missing }: FactView): HTMLElement {
    const content = h('dd', { class: missing ? 'muted' : undefined }, h('span', { class: copy ? 'mono' : undefined }, value));
    if (copy !== undefined) content.append(this.#copyButton(copy, label));
    return h('div', {}, h('dt', {}, label), content);
  }

  #copyButton(text: string, label: string): HTMLElement {
    return createButton({
      label: fill(this.#strings.copyFact, label),
      appearance: 'icon',
      icon: 'copy',
      onClick: (button) => {
        this.#actions.copy(text);
        button.replaceChildren(icon('check'));
        setTimeout(() => button.replaceChildren(icon('copy')), 1500);
      },
    });
  }
}

/** The job's events, newest last; stays at the end while a person reads there. */
export class EventList {
  readonly element: HTMLElement;
  readonly #strings: MetricsStrings;
  readonly #list = h('ol', { class: 'event-list' });
  readonly #scroller: HTMLElement;
  #count = 0;

  constructor(strings: MetricsStrings) {
    this.#strings = strings;
    this.#scroller = h('div', { class: 'scroller', tabindex: 0, role: 'log', 'aria-live': 'off', 'aria-label': strings.events }, this.#list);
    this.element = h('section', { class: 'card events' }, h('h2', {}, strings.events), this.#scroller);
  }

  /** Takes the oldest away. */
  drop(count: number): void {
    for (let left = Math.min(count, this.#count); left > 0; left -= 1) {
      this.#list.firstElementChild?.remove();
      this.#count -= 1;
    }
  }

  show(from: number, events: readonly EventView[]): void {
    const atEnd = this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight < 24;
    while (this.#count > from) {
      this.#list.lastElementChild?.remove();
      this.#count -= 1;
    }
    if (this.#count === 0) this.#list.replaceChildren();
    this.#list.append(...events.map((event) => this.#toItem(event)));
    this.#count += events.length;
    if (this.#count === 0) this.#list.append(h('li', { class: 'muted' }, this.#strings.noEvents));
    if (atEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #toItem({ time, level, text }: EventView): HTMLElement {
    const tone = level === 'error' ? 'error' : level === 'warn' ? 'warning' : undefined;
    const sign = tone === undefined ? null : h('span', { class: `sign ${tone}` }, `${this.#strings[tone]}: `);
    return h('li', {}, h('time', { class: 'mono muted' }, time), h('span', {}, sign, text));
  }
}
