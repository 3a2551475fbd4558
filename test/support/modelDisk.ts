import type { Stats } from 'node:fs';
import { posix } from 'node:path';
import type { OpenFile, System } from '../../src/disk/system.ts';

type Node = { readonly id: number; readonly kind: 'file' | 'folder' };

/** One thing that happened to the disk, in the order in which the program asked for it. */
export type DiskOp =
  | { readonly kind: 'write'; readonly file: number; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: number; readonly length: number }
  | { readonly kind: 'link'; readonly folder: number; readonly name: string; readonly node: Node }
  | { readonly kind: 'unlink'; readonly folder: number; readonly name: string }
  | {
      readonly kind: 'rename';
      readonly fromFolder: number;
      readonly from: string;
      readonly folder: number;
      readonly name: string;
      readonly node: Node;
    }
  | { readonly kind: 'sync'; readonly node: number; readonly failed: boolean }
  /** Written by the test between calls. */
  | { readonly kind: 'mark'; readonly label: string };

/** What is on a disk: bytes of files and entries of folders, by number. 0 is the root. */
export class Image {
  readonly files = new Map<number, Buffer>();
  readonly folders = new Map<number, Map<string, Node>>([[0, new Map()]]);

  clone(): Image {
    const copy = new Image();
    for (const [id, bytes] of this.files) copy.files.set(id, bytes);
    for (const [id, entries] of this.folders) copy.folders.set(id, new Map(entries));
    return copy;
  }

  /** Applies what changes names or bytes. Bytes are never changed in place, so clones may share them. */
  apply(op: DiskOp): void {
    switch (op.kind) {
      case 'write': {
        const old = this.files.get(op.file) ?? Buffer.alloc(0);
        const bytes = Buffer.alloc(Math.max(old.length, op.offset + op.bytes.length));
        old.copy(bytes);
        op.bytes.copy(bytes, op.offset);
        this.files.set(op.file, bytes);
        return;
      }
      case 'truncate': {
        const bytes = Buffer.alloc(op.length);
        this.files.get(op.file)?.copy(bytes);
        this.files.set(op.file, bytes);
        return;
      }
      case 'link':
        this.#enter(op.folder, op.name, op.node);
        return;
      case 'unlink':
        this.folders.get(op.folder)?.delete(op.name);
        return;
      case 'rename':
        this.#enter(op.folder, op.name, op.node);
        this.folders.get(op.fromFolder)?.delete(op.from);
        return;
      case 'sync':
      case 'mark':
    }
  }

  #enter(folder: number, name: string, node: Node): void {
    if (node.kind === 'file' && !this.files.has(node.id)) this.files.set(node.id, Buffer.alloc(0));
    if (node.kind === 'folder' && !this.folders.has(node.id)) this.folders.set(node.id, new Map());
    // A folder that itself did not reach the disk takes its entries along.
    if (!this.folders.has(folder)) this.folders.set(folder, new Map());
    this.folders.get(folder)?.set(name, node);
  }

  /** Every file that can be reached, by path; folders are there with undefined. */
  tree(): Map<string, Buffer | undefined> {
    const found = new Map<string, Buffer | undefined>();
    const walk = (id: number, path: string): void => {
      for (const [name, node] of [...(this.folders.get(id) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
        found.set(`${path}/${name}`, node.kind === 'file' ? this.files.get(node.id) : undefined);
        if (node.kind === 'folder') walk(node.id, `${path}/${name}`);
      }
    };
    walk(0, '');
    return found;
  }
}

export type Call = { readonly index: number; readonly kind: string; readonly path: string };
/** `short`: the call takes half of the bytes and says so. */
export type Fault = { readonly code: string } | 'short' | undefined;

export function systemError(code: string, kind: string, path: string): Error {
  return Object.assign(new Error(`${code}: injected, ${kind} '${path}'`), { code, path });
}

/**
 * A disk in memory that records what was asked of it, so that every state that a power loss could leave can be built
 * (`crashStates`). Any call can be made to fail; after a failed sync the bytes count as never written, as on Linux,
 * though they can still be read.
 */
export class ModelDisk implements System {
  readonly platform: string = 'linux';
  readonly base: Image;
  readonly live: Image;
  readonly ops: DiskOp[] = [];
  readonly calls: Call[] = [];
  fault: (call: Call) => Fault = () => undefined;
  free = 1e12;
  openFiles = 0;
  /** Names that each file is said to have. */
  links = 1;
  readonly timers = new Set<() => void>();
  #nextId: number;

  constructor(image: Image = new Image(), platform = 'linux') {
    this.base = image.clone();
    this.live = image.clone();
    this.platform = platform;
    this.#nextId = 1 + Math.max(0, ...image.files.keys(), ...image.folders.keys());
  }

  mark(label: string): void {
    this.ops.push({ kind: 'mark', label });
  }

  async open(path: string, flags: string | number, mode?: number): Promise<OpenFile> {
    await this.#enter('open', path);
    const write = typeof flags === 'string' ? flags : 'r';
    const { folder, name, node: found } = this.#look(path);
    let node = found;
    if (node === undefined) {
      if (folder === undefined || write.startsWith('r')) throw systemError('ENOENT', 'open', path);
      node = { id: this.#nextId++, kind: 'file' };
      this.#do({ kind: 'link', folder, name, node });
    } else if (write.includes('x')) {
      throw systemError('EEXIST', 'open', path);
    } else if (node.kind === 'folder' && write !== 'r') {
      throw systemError('EISDIR', 'open', path);
    } else if (write === 'w') {
      this.#do({ kind: 'truncate', file: node.id, length: 0 });
    }
    this.openFiles += 1;
    return this.#handle(path, node, write.startsWith('a'), mode);
  }

  #handle(path: string, node: Node, append: boolean, _mode: number | undefined): OpenFile {
    let place = 0;
    let open = true;
    const size = (): number => this.live.files.get(node.id)?.length ?? 0;
    return {
      read: async (buffer, offset, length, position) => {
        await this.#enter('read', path);
        if (node.kind === 'folder') throw systemError('EISDIR', 'read', path);
        const from = position ?? place;
        const bytes = (this.live.files.get(node.id) ?? Buffer.alloc(0)).subarray(from, from + length);
        buffer.set(bytes, offset);
        if (position === null) place += bytes.length;
        return { bytesRead: bytes.length };
      },
      write: async (buffer, offset, length, position) => {
        const short = (await this.#enter('write', path, () => {
          // A call that fails may have taken a part.
          const part = Buffer.from(buffer.subarray(offset, offset + Math.floor(length / 2)));
          if (part.length > 0) this.#do({ kind: 'write', file: node.id, offset: append ? size() : (position ?? place), bytes: part });
        })) === 'short';
        const bytes = Buffer.from(buffer.subarray(offset, offset + (short ? Math.ceil(length / 2) : length)));
        const at = append ? size() : (position ?? place);
        if (bytes.length > 0) this.#do({ kind: 'write', file: node.id, offset: at, bytes });
        if (position === null) place = at + bytes.length;
        return { bytesWritten: bytes.length };
      },
      chmod: () => this.#enter('chmod', path).then(() => undefined),
      chown: () => this.#enter('chown', path).then(() => undefined),
      truncate: async (length) => {
        await this.#enter('truncate', path);
        this.#do({ kind: 'truncate', file: node.id, length });
      },
      stat: async () => {
        await this.#enter('fstat', path);
        return this.#stats(node);
      },
      sync: async () => {
        await this.#enter('sync', path, () => {
          // Names are kept in a journal of the file system, which a later sync completes.
          if (node.kind === 'file') this.#do({ kind: 'sync', node: node.id, failed: true });
        });
        this.#do({ kind: 'sync', node: node.id, failed: false });
      },
      close: async () => {
        if (open) this.openFiles -= 1;
        open = false;
        await this.#enter('close', path);
      },
    };
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#enter('rename', from);
    const source = this.#look(from);
    const target = this.#look(to);
    if (source.node === undefined || source.folder === undefined || target.folder === undefined) {
      throw systemError('ENOENT', 'rename', from);
    }
    if (target.node?.kind === 'folder' && (this.live.folders.get(target.node.id)?.size ?? 0) > 0) {
      throw systemError('ENOTEMPTY', 'rename', to);
    }
    const { name, folder } = target;
    this.#do({ kind: 'rename', fromFolder: source.folder, from: source.name, folder, name, node: source.node });
  }

  async unlink(path: string): Promise<void> {
    await this.#enter('unlink', path);
    const { folder, name, node } = this.#look(path);
    if (folder === undefined || node === undefined) throw systemError('ENOENT', 'unlink', path);
    if (node.kind === 'folder') throw systemError('EISDIR', 'unlink', path);
    this.#do({ kind: 'unlink', folder, name });
  }

  async mkdir(path: string): Promise<string | undefined> {
    await this.#enter('mkdir', path);
    const parts = posix.resolve('/', path).split('/').filter(Boolean);
    let first: string | undefined;
    let folder = 0;
    for (const [index, name] of parts.entries()) {
      let node = this.live.folders.get(folder)?.get(name);
      if (node?.kind === 'file') throw systemError('EEXIST', 'mkdir', path);
      if (node === undefined) {
        first ??= `/${parts.slice(0, index + 1).join('/')}`;
        node = { id: this.#nextId++, kind: 'folder' };
        this.#do({ kind: 'link', folder, name, node });
      }
      folder = node.id;
    }
    return first;
  }

  async readdir(path: string): Promise<string[]> {
    await this.#enter('readdir', path);
    const { node } = this.#look(path);
    if (node === undefined) throw systemError('ENOENT', 'readdir', path);
    if (node.kind === 'file') throw systemError('ENOTDIR', 'readdir', path);
    return [...(this.live.folders.get(node.id)?.keys() ?? [])];
  }

  async stat(path: string): Promise<Stats> {
    await this.#enter('stat', path);
    const { node } = this.#look(path);
    if (node === undefined) throw systemError('ENOENT', 'stat', path);
    return this.#stats(node);
  }

  lstat(path: string): Promise<Stats> {
    return this.stat(path);
  }

  async realpath(path: string): Promise<string> {
    await this.#enter('realpath', path);
    if (this.#look(path).node === undefined) throw systemError('ENOENT', 'realpath', path);
    return posix.resolve('/', path);
  }

  async readlink(path: string): Promise<string> {
    await this.#enter('readlink', path);
    throw systemError('EINVAL', 'readlink', path);
  }

  async rm(path: string, options: { readonly recursive: boolean; readonly force: boolean }): Promise<void> {
    await this.#enter('rm', path);
    const { folder, name, node } = this.#look(path);
    if (folder === undefined || node === undefined) {
      if (options.force) return;
      throw systemError('ENOENT', 'rm', path);
    }
    const empty = (id: number): void => {
      for (const [child, inside] of [...(this.live.folders.get(id) ?? [])]) {
        if (inside.kind === 'folder') empty(inside.id);
        this.#do({ kind: 'unlink', folder: id, name: child });
      }
    };
    if (node.kind === 'folder') empty(node.id);
    this.#do({ kind: 'unlink', folder, name });
  }

  async rmdir(path: string): Promise<void> {
    await this.#enter('rmdir', path);
    const { folder, name, node } = this.#look(path);
    if (folder === undefined || node?.kind !== 'folder') throw systemError('ENOENT', 'rmdir', path);
    if ((this.live.folders.get(node.id)?.size ?? 0) > 0) throw systemError('ENOTEMPTY', 'rmdir', path);
    this.#do({ kind: 'unlink', folder, name });
  }

  async copyFile(from: string, to: string, mode?: number): Promise<void> {
    await this.#enter('copyFile', from);
    const source = this.#look(from);
    const target = this.#look(to);
    if (source.node?.kind !== 'file' || target.folder === undefined) throw systemError('ENOENT', 'copyFile', from);
    if (target.node !== undefined && mode === 1) throw systemError('EEXIST', 'copyFile', to);
    let node = target.node;
    if (node === undefined) {
      node = { id: this.#nextId++, kind: 'file' };
      this.#do({ kind: 'link', folder: target.folder, name: target.name, node });
    }
    this.#do({ kind: 'truncate', file: node.id, length: 0 });
    this.#do({ kind: 'write', file: node.id, offset: 0, bytes: Buffer.from(this.live.files.get(source.node.id) ?? []) });
  }

  async freeBytes(path: string): Promise<number> {
    await this.#enter('statfs', path);
    return this.free;
  }

  async sleep(): Promise<void> {
    await Promise.resolve();
  }

  later(_milliseconds: number, task: () => void): () => void {
    this.timers.add(task);
    return () => this.timers.delete(task);
  }

  #do(op: DiskOp): void {
    this.ops.push(op);
    this.live.apply(op);
  }

  async #enter(kind: string, path: string, beforeFailure?: () => void): Promise<'short' | undefined> {
    await Promise.resolve();
    const call = { index: this.calls.length, kind, path };
    this.calls.push(call);
    const fault = this.fault(call);
    if (fault === undefined || fault === 'short') return fault;
    // A process that is dead does nothing by halves.
    if (fault.code !== 'KILLED') beforeFailure?.();
    throw systemError(fault.code, kind, path);
  }

  #look(path: string): { readonly folder: number | undefined; readonly name: string; readonly node: Node | undefined } {
    const parts = posix.resolve('/', path).split('/').filter(Boolean);
    const name = parts.pop();
    if (name === undefined) return { folder: undefined, name: '', node: { id: 0, kind: 'folder' } };
    let folder = 0;
    for (const part of parts) {
      const node = this.live.folders.get(folder)?.get(part);
      if (node?.kind !== 'folder') return { folder: undefined, name, node: undefined };
      folder = node.id;
    }
    return { folder, name, node: this.live.folders.get(folder)?.get(name) };
  }

  #stats(node: Node): Stats {
    const size = node.kind === 'file' ? (this.live.files.get(node.id)?.length ?? 0) : 0;
    const stats = {
      size,
      mtimeMs: 0,
      mode: node.kind === 'file' ? 0o600 : 0o700,
      nlink: this.links,
      uid: 0,
      gid: 0,
      isFile: () => node.kind === 'file',
      isDirectory: () => node.kind === 'folder',
    };
    return stats as unknown as Stats;
  }
}
