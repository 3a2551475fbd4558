import { groupKeyOf } from '../../core/jobs/jobFilter.ts';
import type { JobRef } from '../../core/jobs/jobStore.ts';
import { nodeId, type JobNode, type SectionName } from './jobNode.ts';
import type { JobRows } from './jobRows.ts';
import type { JobTreeServices } from './jobTree.ts';

/** The nodes that are drawn again by themselves, each made once: the editor knows a node by its identity. */
export class TreeNodes {
  readonly #services: Pick<JobTreeServices, 'jobStore' | 'choices'>;
  readonly #rows: JobRows;
  readonly #nodes = new Map<string, JobNode>();

  constructor(services: Pick<JobTreeServices, 'jobStore' | 'choices'>, rows: JobRows) {
    this.#services = services;
    this.#rows = rows;
  }

  get(id: string): JobNode | undefined {
    return this.#nodes.get(id);
  }

  has(id: string): boolean {
    return this.#nodes.has(id);
  }

  forget(id: string): void {
    this.#nodes.delete(id);
  }

  job(ref: JobRef): JobNode {
    return this.#intern({ kind: 'job', ref });
  }

  connection(connectionId: string): JobNode {
    return this.#intern({ kind: 'connection', connectionId });
  }

  section(connectionId: string, section: SectionName): JobNode {
    return this.#intern({ kind: 'section', connectionId, section });
  }

  group(connectionId: string, group: string): JobNode {
    return this.#intern({ kind: 'group', connectionId, group });
  }

  parentOf(node: JobNode): JobNode | undefined {
    switch (node.kind) {
      case 'connection':
        return undefined;
      case 'section':
        return this.connection(node.connectionId);
      case 'group':
        return this.section(node.connectionId, 'jobs');
      case 'job':
        return this.#parentOfJob(node.ref);
      case 'more':
        return node.group === undefined ? this.section(node.connectionId, node.section) : this.group(node.connectionId, node.group);
      case 'remark':
        return this.section(node.connectionId, node.section);
      case 'listedModel':
        return this.section(node.connectionId, 'models');
      case 'file':
        return this.section(node.connectionId, 'files');
      default:
        return this.job(node.ref);
    }
  }

  #parentOfJob(ref: JobRef): JobNode {
    const record = this.#services.jobStore.get(ref);
    const { grouping } = this.#services.choices;
    if (record === undefined || grouping === 'none') return this.section(ref.connectionId, 'jobs');
    return this.group(ref.connectionId, groupKeyOf(record, grouping, this.#rows.datasetOf));
  }

  #intern(node: JobNode): JobNode {
    const key = nodeId(node);
    const known = this.#nodes.get(key);
    if (known === undefined) this.#nodes.set(key, node);
    return known ?? node;
  }
}
