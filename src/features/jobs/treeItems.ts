import * as vscode from 'vscode';
import { isFiltering } from '../../core/jobs/jobFilter.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import type { WireModel } from '../../core/providers/wire.ts';
import { goneItem, jobNodeItem, jobWords, type JobSurroundings } from './jobItem.ts';
import { connectionOf, type JobNode, type SectionName } from './jobNode.ts';
import type { JobRows } from './jobRows.ts';
import type { JobTreeServices } from './jobTree.ts';
import type { ListState } from './remoteList.ts';
import { connectionItem, fileItem, groupItem, listedModelItem, moreItem, remarkItem, sectionItem, type Remark } from './sectionItem.ts';
import { isDeleted, tunedRows, type ModelListing, type TunedRow } from './tunedList.ts';
import { numberFormat } from '../../messages/numberFormat.ts';

type TunedModels = { readonly items: readonly WireModel[]; readonly records: readonly JobRecord[]; readonly rows: readonly TunedRow[] };

/** What the row of each node of the tree says. */
export class TreeItems {
  readonly #services: JobTreeServices;
  readonly #rows: JobRows;
  /** Made anew when the list or the jobs change: each row of the list asks for all of them. */
  readonly #tuned = new Map<string, TunedModels>();

  constructor(services: JobTreeServices, rows: JobRows) {
    this.#services = services;
    this.#rows = rows;
  }

  /** The row of a node, without its identity. */
  toItem(node: JobNode): vscode.TreeItem {
    const { connections, jobStore, jobWatcher, choices, files, lives } = this.#services;
    const now = Date.now();
    const connectionId = connectionOf(node);
    const connection = connections.get(connectionId);
    if (connection === undefined) return goneItem();
    const { deleteFiles, deleteModels } = connection.profile.capabilities;
    switch (node.kind) {
      case 'connection':
        return connectionItem(connection, connectionId === connections.current.id, jobWatcher.state(connectionId), now);
      case 'section':
        return sectionItem(node.section, this.#sectionText(connectionId, node.section));
      case 'group':
        return groupItem(node.group, choices.grouping, this.#rows.membersOf(connectionId, node.group).length);
      case 'listedModel': {
        const row = this.tuned(connectionId).find(({ model }) => model === node.model);
        return row ? listedModelItem(row, lives.get(connectionId, row.model, row.record?.job.model), deleteModels, now) : goneItem();
      }
      case 'file': {
        const file = files.state(connectionId).items.find(({ id }) => id === node.fileId);
        return file ? fileItem(file, deleteFiles, now) : goneItem();
      }
      case 'more':
        return moreItem(node);
      case 'remark':
        return remarkItem(node.section, this.#remark(connectionId, node.section));
      default: {
        const record = jobStore.get(node.ref);
        return jobNodeItem(node, record, this.#around(node, record, now));
      }
    }
  }

  #around(node: JobNode, record: JobRecord | undefined, now: number): JobSurroundings {
    const { connections, jobWatcher, lives, requestIds } = this.#services;
    const profile = connections.get(connectionOf(node))?.profile;
    const life = record !== undefined && node.kind === 'model' ? lives.getOf(record, node.model) : undefined;
    const deleted = record !== undefined && node.kind === 'model' && isDeleted(record, this.#listing(record.connectionId));
    return { profile, stalledMs: record && jobWatcher.stalledMs(record), life, deleted, requestId: record && requestIds.known(record), now };
  }

  /** What a job's row says after its name, now. */
  wordsOf(record: JobRecord): string {
    return jobWords(record, { stalledMs: this.#services.jobWatcher.stalledMs(record), now: Date.now() }).join(' · ');
  }

  #sectionText(connectionId: string, section: SectionName): string {
    if (section === 'jobs') return this.#rows.countText(connectionId, (this.#services.jobWatcher.state(connectionId)?.hasMore ?? false));
    const { models, files } = this.#services;
    const { kind, hasMore } = section === 'models' ? models.state(connectionId) : files.state(connectionId);
    if (kind === 'unread' || kind === 'closed') return '';
    const count = section === 'models' ? this.tuned(connectionId).length : files.state(connectionId).items.length;
    const text = numberFormat(vscode.env.language).format(count);
    return [hasMore ? `${text}+` : text, ...(kind === 'failed' ? [vscode.l10n.t('not read again')] : [])].join(' · ');
  }

  #remark(connectionId: string, section: SectionName): Remark {
    if (!vscode.workspace.isTrusted) return { kind: 'untrusted' };
    const { connections, jobStore, jobWatcher, choices, models, files } = this.#services;
    const isLocal = connections.get(connectionId)?.profile.key === 'none';
    const state: Pick<ListState<unknown>, 'error'> & { readonly kind: string } | undefined =
      section === 'jobs' ? jobWatcher.state(connectionId) : section === 'models' ? models.state(connectionId) : files.state(connectionId);
    if (section === 'jobs' && jobStore.list(connectionId).length > 0 && isFiltering(choices.filter)) return { kind: 'filtered' };
    if (state?.kind === 'nothing' || state?.kind === 'closed') return { kind: isLocal ? 'idle' : 'noKey' };
    return state?.kind === 'failed' ? { kind: 'failed', error: state.error } : { kind: 'empty' };
  }

  /** The tuned models of a connection that are known, listed or made by a known job. */
  tuned(connectionId: string): readonly TunedRow[] {
    const { items } = this.#services.models.state(connectionId);
    const records = this.#services.jobStore.list(connectionId);
    const known = this.#tuned.get(connectionId);
    if (known?.items === items && known.records === records) return known.rows;
    const rows = tunedRows(this.#listing(connectionId), records);
    this.#tuned.set(connectionId, { items, records, rows });
    return rows;
  }

  #listing(connectionId: string): ModelListing {
    const { items, kind, answeredAt } = this.#services.models.state(connectionId);
    const { id, capabilities } = this.#services.connections.get(connectionId)?.profile ?? {};
    // Of a service that is only known to be compatible nobody knows which models it lists.
    const lists = kind === 'listed' && capabilities?.deleteModels === true && id !== 'compatible';
    return { items, lists, at: answeredAt ?? 0 };
  }
}
