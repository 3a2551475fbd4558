import type { DiskOp, Image } from './modelDisk.ts';
import type { Random } from './random.ts';

/** What one file may have kept of the bytes that were not synced. Missing = all of them. */
type DataVariant = { readonly file: number | undefined; readonly others: 'all' | 'none'; readonly ops: readonly DiskOp[] };

/**
 * Every state that a power loss after `count` operations may leave, on a file system that promises nothing but what
 * sync promises: bytes that were not synced may be there, cut at any sector, be zeros or rubbish behind a file that
 * has grown, or be there without the ones before them; names may be there without their bytes and in any order.
 * The bytes of one file vary at a time, those of the others are all there or none. Up to `maxFreeNames` changes of
 * names are combined in every way (a store never has more than eight that are not durable); of more, all, none, each
 * alone and all but each.
 */
export function* crashStates(
  base: Image,
  ops: readonly DiskOp[],
  count: number,
  random: Random,
  maxFreeNames = 12,
): Generator<Image, void, undefined> {
  const done = ops.slice(0, count).flatMap(inBothFolders);
  const pending = done.filter((op, index) => isChange(op) && !isDurable(done, index));
  const names = pending.filter((op) => !isData(op));
  const files = [...new Set(pending.filter(isData).map((op) => op.file))];
  const variants: DataVariant[] = [
    { file: undefined, others: 'all', ops: [] },
    { file: undefined, others: 'none', ops: [] },
  ];
  for (const file of files) {
    const own = pending.filter(isData).filter((op) => op.file === file);
    for (const kept of keptBytes(own, random)) {
      variants.push({ file, others: 'all', ops: kept });
      if (files.length > 1) variants.push({ file, others: 'none', ops: kept });
    }
  }
  const isPending = new Set(pending);
  // What is durable comes first: nothing that is pending on the same file or folder was asked for before it, unless
  // a sync failed.
  const ordered = done.some((op) => op.kind === 'sync' && op.failed) ? done : pending;
  const durable = base.clone();
  if (ordered === pending) {
    for (const op of done) if (!isPending.has(op)) durable.apply(op);
  }
  for (const chosen of subsets(names, maxFreeNames)) {
    for (const variant of variants) {
      const image = durable.clone();
      let written = false;
      for (const op of ordered) {
        if (!isPending.has(op)) {
          image.apply(op);
        } else if (!isData(op)) {
          if (chosen.has(op) && isFollowed(op, chosen, isPending)) image.apply(op);
        } else if (op.file !== variant.file) {
          if (variant.others === 'all') image.apply(op);
        } else if (!written) {
          written = true;
          for (const kept of variant.ops) image.apply(kept);
        }
      }
      yield image;
    }
  }
}

/** The name that a moved file leaves, with the one that it takes: the former does not go before the latter has come. */
const taken = new WeakMap<DiskOp, DiskOp>();

/** A move to another folder changes two of them, and each is durable when it was synced itself. */
function inBothFolders(op: DiskOp): readonly DiskOp[] {
  if (op.kind !== 'rename' || op.fromFolder === op.folder) return [op];
  const come: DiskOp = { kind: 'link', folder: op.folder, name: op.name, node: op.node };
  const gone: DiskOp = { kind: 'unlink', folder: op.fromFolder, name: op.from };
  taken.set(gone, come);
  return [come, gone];
}

function isFollowed(op: DiskOp, chosen: ReadonlySet<DiskOp>, isPending: ReadonlySet<DiskOp>): boolean {
  const come = taken.get(op);
  return come === undefined || chosen.has(come) || !isPending.has(come);
}

type DataOp = Extract<DiskOp, { kind: 'write' | 'truncate' }>;

function isData(op: DiskOp): op is DataOp {
  return op.kind === 'write' || op.kind === 'truncate';
}

function isChange(op: DiskOp): boolean {
  return op.kind !== 'sync' && op.kind !== 'mark';
}

/** Synced since. A failed sync takes the bytes before it out of the reach of every later one. */
function isDurable(done: readonly DiskOp[], index: number): boolean {
  const op = done[index];
  if (op === undefined || op.kind === 'sync' || op.kind === 'mark') return true;
  const node = isData(op) ? op.file : op.folder;
  const sync = done.slice(index + 1).find((later) => later.kind === 'sync' && later.node === node);
  return sync?.kind === 'sync' && !sync.failed;
}

function* keptBytes(own: readonly DataOp[], random: Random): Generator<readonly DataOp[], void, undefined> {
  for (const [index, op] of own.entries()) {
    const before = own.slice(0, index);
    if (op.kind === 'truncate') {
      yield before;
      if (index + 1 < own.length) yield own.toSpliced(index, 1);
      continue;
    }
    for (const cut of cuts(op.offset, op.bytes.length)) {
      yield [...before, { ...op, bytes: op.bytes.subarray(0, cut) }];
    }
    // The size reached the disk, the bytes did not; what came behind them may have.
    const zeros = { ...op, bytes: Buffer.alloc(op.bytes.length) };
    const rubbish = { ...op, bytes: rubbishFor(op, random) };
    for (const instead of [zeros, rubbish]) {
      yield [...before, instead];
      if (index + 1 < own.length) yield own.with(index, instead);
    }
    // The first sectors arrived, the others are zeros.
    const sector = 512 - (op.offset % 512);
    if (sector < op.bytes.length) {
      const torn = Buffer.alloc(op.bytes.length);
      op.bytes.copy(torn, 0, 0, sector);
      yield [...before, { ...op, bytes: torn }];
    }
  }
}

const rubbish = new WeakMap<DiskOp, Buffer>();

/** The same for the same operation, so that equal states are recognized. */
function rubbishFor(op: Extract<DataOp, { kind: 'write' }>, random: Random): Buffer {
  const known = rubbish.get(op) ?? Buffer.from(Array.from(op.bytes, () => random.below(256)));
  rubbish.set(op, known);
  return known;
}

/** Lengths at which a write may end: every border of a sector (and so of a page), and some within small ones. */
function cuts(offset: number, length: number): ReadonlySet<number> {
  const found = new Set([0, 1, length >> 1, length - 1].filter((cut) => cut >= 0 && cut < length));
  for (let border = 512 - (offset % 512); border < length; border += 512) found.add(border);
  return found;
}

function* subsets(names: readonly DiskOp[], maxFree: number): Generator<ReadonlySet<DiskOp>, void, undefined> {
  if (names.length <= maxFree) {
    for (let bits = 0; bits < 1 << names.length; bits += 1) {
      yield new Set(names.filter((_, index) => (bits & (1 << index)) !== 0));
    }
    return;
  }
  yield new Set(names);
  yield new Set();
  for (const [index, name] of names.entries()) {
    yield new Set([name]);
    yield new Set(names.toSpliced(index, 1));
    yield new Set(names.slice(0, index));
  }
}
