import type { TextRange } from '../../prepare/recipeProblem.ts';
import type { Member } from '../../prepare/recipeReader.ts';
import { compatibleProfile } from '../../providers/compatible.ts';
import { findBaseModel, isInRange, isValidSuffix, type ProviderProfile, type TrainingMethod } from '../../providers/profile.ts';
import type { Auto, WandbIntegration } from '../../providers/wire.ts';
import { reasoningEfforts, settingNamesOf, settingRange, type JobDraft, type JobSettings, type SettingName } from '../jobDraft.ts';
import { draftOfFile, fileSettings, type FileSetting, type JobFile } from './jobFile.ts';
import type { JobFileProblem } from './jobFileProblem.ts';
import type { JobFileReader } from './jobFileReader.ts';
import { checkGrader } from './parseGrader.ts';

export type ParsedJobFile = {
  /** Null if there is a problem of error severity. */
  readonly jobFile: JobFile | null;
  readonly problems: readonly JobFileProblem[];
  /** The files it names, for whoever can say whether they are there. */
  readonly files: readonly NamedFile[];
  /** The connection it names, and where. */
  readonly connection: { readonly id: string; readonly range: TextRange } | null;
};

export type NamedFile = { readonly role: 'training' | 'validation'; readonly file: string; readonly range: TextRange };

/** What is known of a connection by its id; undefined for one that is not there. Without an id: the chosen one. */
export type ProfileOf = (connection: string | undefined) => ProviderProfile | undefined;

const methods = ['supervised', 'dpo', 'reinforcement'] as const;
const topKeys = [
  ...['$schema', 'version', 'connection', 'model', 'training', 'validation', 'suffix', 'method', 'hyperparameters', 'seed'],
  ...['grader', 'responseFormat', 'wandb', 'trainingType', 'metadata', 'maxCost'],
];

/** Reads what an object says of a job. */
export class JobFileBody {
  readonly #reader: JobFileReader;
  readonly #top: Member;
  readonly #members: ReadonlyMap<string, Member>;
  readonly #profileOf: ProfileOf;
  readonly #files: NamedFile[] = [];

  constructor(reader: JobFileReader, top: Member, profileOf: ProfileOf) {
    this.#reader = reader;
    this.#top = top;
    this.#members = reader.values.members(top, topKeys) ?? new Map<string, Member>();
    this.#profileOf = profileOf;
  }

  read(): ParsedJobFile {
    const { values } = this.#reader;
    this.#version();
    const connection = this.#text('connection');
    const profile = this.#profile(connection);
    const model = this.#text('model', true);
    const training = this.#file('training');
    const validation = this.#members.has('validation') ? this.#file('validation') : undefined;
    this.#compareFiles();
    const methodMember = this.#members.get('method');
    const method = (methodMember && values.oneOf(methodMember, methods)) ?? 'supervised';
    if (model !== undefined) this.#checkMethod(profile, model, method, methodMember);
    const draft = this.#draft(profile, method);
    if (method === 'reinforcement' && !this.#members.has('validation')) {
      this.#reader.error(this.#start, { code: 'jobFile.validationNeeded' });
    }
    const maxCost = this.#given('maxCost', (member) => values.number(member, { whole: false, minimum: 0 }));
    const { problems } = this.#reader;
    const clean = model !== undefined && training !== undefined && problems.every(({ severity }) => severity !== 'error');
    const at = this.#members.get('connection');
    return {
      jobFile: clean
        ? { version: 1, connection, training, validation, maxCost, draft: draftOfFile(model, draft.given, draft.settings) }
        : null,
      problems,
      files: this.#files,
      connection: connection === undefined || at === undefined ? null : { id: connection, range: this.#reader.at(at) },
    };
  }

  get #start(): TextRange {
    const { offset } = this.#top.node;
    return { start: offset, end: offset + 1 };
  }

  #version(): void {
    const member = this.#reader.values.required(this.#top, this.#members, 'version');
    if (member === undefined || member.node.value === 1) return;
    const { offset, length } = member.node;
    const found = this.#reader.values.text.slice(offset, offset + Math.min(20, length));
    this.#reader.error(this.#reader.at(member), { code: 'jobFile.versionUnknown', found });
  }

  /** A connection that is not here is told by whoever knows all of them; its ranges are then the widest. */
  #profile(connection: string | undefined): ProviderProfile {
    return this.#profileOf(connection) ?? compatibleProfile;
  }

  #text(key: string, needed = false): string | undefined {
    const { values } = this.#reader;
    const member = needed ? values.required(this.#top, this.#members, key) : this.#members.get(key);
    return member && values.filledString(member);
  }

  #given<T>(key: string, read: (member: Member) => T | undefined): T | undefined {
    const member = this.#members.get(key);
    return member && read(member);
  }

  #file(role: NamedFile['role']): string | undefined {
    const file = this.#text(role, true);
    const member = this.#members.get(role);
    if (file !== undefined && member !== undefined) this.#files.push({ role, file, range: this.#reader.at(member) });
    return file;
  }

  #compareFiles(): void {
    const [one, other] = this.#files;
    if (one === undefined || other === undefined || plain(one.file) !== plain(other.file)) return;
    this.#reader.error(other.range, { code: 'jobFile.filesEqual', file: other.file });
  }

  #checkMethod(profile: ProviderProfile, model: string, method: TrainingMethod, member: Member | undefined): void {
    const base = findBaseModel(profile, model);
    if (base === undefined || base.methods.includes(method)) return;
    this.#reader.error(member === undefined ? this.#start : this.#reader.at(member), { code: 'jobFile.methodUnsupported', method, model });
  }

  #draft(profile: ProviderProfile, method: TrainingMethod): { readonly given: Partial<JobDraft>; readonly settings: Partial<JobSettings> } {
    const reader = this.#reader;
    const suffix = this.#text('suffix');
    const suffixMember = this.#members.get('suffix');
    if (suffix !== undefined && suffixMember !== undefined && !isValidSuffix(profile, suffix)) {
      reader.error(reader.at(suffixMember), { code: 'jobFile.suffix', maxLength: profile.suffix.maxLength });
    }
    const seed = this.#given('seed', (member) => this.#number(profile, 'seed', member));
    const { settings, effort } = this.#hyperparameters(profile, method);
    const grader = this.#grader(method);
    const responseFormat = this.#onlyFor('reinforcement', method, 'responseFormat');
    const wandb = this.#given('wandb', (member) => this.#wandb(profile, member));
    const trainingType = this.#text('trainingType');
    const metadata = this.#given('metadata', (member) => this.#metadata(member));
    return {
      settings: { ...settings, ...(seed === undefined ? {} : { seed }) },
      given: {
        method,
        suffix: suffix ?? '',
        ...{ grader, responseFormat, wandb, trainingType },
        ...(effort === undefined ? {} : { reasoningEffort: effort }),
        ...(metadata === undefined ? {} : { metadata }),
      },
    };
  }

  #hyperparameters(profile: ProviderProfile, method: TrainingMethod) {
    const { values } = this.#reader;
    const owner = this.#members.get('hyperparameters');
    const members = owner && values.members(owner, [...Object.keys(fileSettings), 'reasoningEffort']);
    const settings: Partial<Record<SettingName, Auto<number>>> = {};
    for (const [key, name] of Object.entries(fileSettings) as readonly [FileSetting, Exclude<SettingName, 'seed'>][]) {
      const member = members?.get(key);
      if (member === undefined) continue;
      if (!settingNamesOf(method).includes(name)) {
        this.#reader.warn(this.#reader.at(member), { code: 'jobFile.settingUnused', key: member.key, method });
        continue;
      }
      const value = this.#number(profile, name, member);
      if (value !== undefined) settings[name] = value;
    }
    const effortMember = members?.get('reasoningEffort');
    const effort = effortMember && values.oneOf(effortMember, ['auto', ...reasoningEfforts] as const);
    if (effortMember !== undefined && method !== 'reinforcement') {
      this.#reader.warn(this.#reader.at(effortMember), { code: 'jobFile.settingUnused', key: effortMember.key, method });
    }
    return { settings, effort };
  }

  #number(profile: ProviderProfile, name: SettingName, member: Member): Auto<number> | undefined {
    if (member.node.value === 'auto') return 'auto';
    const range = settingRange(profile, name);
    const { min, max, minExclusive = false, integer } = range;
    const value: unknown = member.node.value;
    if (typeof value === 'number' && isInRange(range, value)) return value;
    if (typeof value !== 'number' || (integer && !Number.isInteger(value))) {
      return this.#reader.values.number(member, { whole: integer, minimum: min });
    }
    const facts = { key: member.key, minimum: min, maximum: max ?? null, exclusive: minExclusive };
    return this.#reader.error(this.#reader.at(member), { code: 'recipe.numberOutOfRange', ...facts });
  }

  #grader(method: TrainingMethod): Readonly<Record<string, unknown>> | undefined {
    if (method !== 'reinforcement') return this.#onlyFor('reinforcement', method, 'grader');
    const member = this.#reader.values.required(this.#top, this.#members, 'grader');
    if (member === undefined) return undefined;
    checkGrader(this.#reader, member);
    return member.node.type === 'object' ? this.#reader.object(member) : undefined;
  }

  #onlyFor(wanted: TrainingMethod, method: TrainingMethod, key: string): Readonly<Record<string, unknown>> | undefined {
    const member = this.#members.get(key);
    if (member === undefined) return undefined;
    if (method !== wanted) return this.#reader.warn(this.#reader.at(member), { code: 'jobFile.settingUnused', key, method });
    return this.#reader.object(member);
  }

  #wandb(profile: ProviderProfile, owner: Member): WandbIntegration['wandb'] | undefined {
    const { values } = this.#reader;
    if (!profile.capabilities.wandb) this.#reader.warn(this.#reader.at(owner), { code: 'jobFile.unsupported', key: 'wandb' });
    const members = values.members(owner, ['project', 'name', 'entity', 'tags']);
    const projectMember = members && values.required(owner, members, 'project');
    const project = projectMember && values.filledString(projectMember);
    const [name, entity] = ['name', 'entity'].map((key) => {
      const member = members?.get(key);
      return member && values.filledString(member);
    });
    const tagsMember = members?.get('tags');
    const tags = tagsMember && this.#reader.texts(tagsMember);
    if (project === undefined) return undefined;
    return {
      project,
      ...(name === undefined ? {} : { name }),
      ...(entity === undefined ? {} : { entity }),
      ...(tags === undefined ? {} : { tags }),
    };
  }

  /** At most 16 pairs; keys of 64 and values of 512 characters. Three of the pairs are ours. */
  #metadata(owner: Member): Readonly<Record<string, string>> | undefined {
    const pairs = this.#reader.object(owner);
    if (pairs === undefined) return undefined;
    const entries = owner.node.children ?? [];
    if (entries.length > 13) this.#reader.error(this.#reader.at(owner), { code: 'jobFile.metadata', reason: 'tooMany' });
    for (const { children = [] } of entries) {
      const [name, node] = children;
      if (name === undefined || node === undefined) continue;
      const key = String(name.value);
      const range = { start: name.offset, end: name.offset + name.length };
      if (key.startsWith('tunesmith_')) this.#reader.error(range, { code: 'jobFile.metadata', reason: 'reserved' });
      if (key.length > 64) this.#reader.error(range, { code: 'jobFile.metadata', reason: 'keyLong' });
      const value = this.#reader.values.string({ key: `metadata.${key}`, node });
      if (value !== undefined && value.length > 512) {
        this.#reader.error({ start: node.offset, end: node.offset + node.length }, { code: 'jobFile.metadata', reason: 'valueLong' });
      }
    }
    return pairs as Readonly<Record<string, string>>;
  }
}

function plain(path: string): string {
  return path.replaceAll('\\', '/').replace(/^\.\//, '').toLowerCase();
}
