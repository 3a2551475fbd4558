import { join } from 'node:path';

/** Where the engine keeps what, below its data folder. */
export type StoreLayout = {
  readonly root: string;
  readonly journal: string;
  readonly files: string;
  readonly models: string;
  readonly quarantine: string;
};

export function storeLayout(root: string): StoreLayout {
  return {
    root,
    journal: join(root, 'journal.log'),
    files: join(root, 'files'),
    models: join(root, 'models'),
    quarantine: join(root, 'quarantine'),
  };
}
