import type { BaseModel, Capabilities, Dated, ModelPrice, ProviderId, ProviderProfile, Range } from './profile.ts';
import { builtInProviders, type Providers } from './providers.ts';
import { join, SettingReader, type Fields, type SettingFault } from './settingReader.ts';

export type OverriddenProviders = { readonly providers: Providers; readonly faults: readonly SettingFault[] };

/** Where a corrected fact says that it comes from, unless the setting names a source. */
export const correctedBy = 'tunesmith.providers';

/**
 * The provider profiles as a person has corrected them in the setting `tunesmith.providers`. A place that cannot be
 * understood changes nothing and is told; what is right around it counts. Facts carry the date (`asOf`) that the
 * person gives: a number without one would soon be a rumour.
 */
export function overrideProviders(setting: unknown): OverriddenProviders {
  const reader = new SettingReader();
  const providers: Record<ProviderId, ProviderProfile> = { ...builtInProviders };
  const whole = setting === null ? undefined : reader.object(setting, '', Object.keys(builtInProviders));
  for (const [id, value] of Object.entries(whole ?? {})) {
    if (!isProviderId(id)) continue;
    const fields = reader.object(value, id, keys);
    if (fields !== undefined) providers[id] = new Correction(reader, id, fields).apply(builtInProviders[id]);
  }
  return { providers, faults: reader.faults };
}

function isProviderId(id: string): id is ProviderId {
  return Object.hasOwn(builtInProviders, id);
}

const keys = [
  ...['asOf', 'source', 'capabilities', 'learningRate', 'minExamples', 'maxFileBytes', 'creationEnds', 'minBalance'],
  ...['maxTokensField', 'hyperparameters', 'models'],
];
const modelKeys = ['price', 'exampleTokens', 'contextTokens', 'trainingEnds', 'shutdown', 'methods', 'servedAs', 'serverless'];
const switches = [
  ...(['uploads', 'events', 'checkpoints', 'pause', 'estimate', 'metadata'] as const),
  ...(['deleteModels', 'deleteFiles', 'wandb', 'weights'] as const),
];

type Read<T> = (value: unknown, path: string) => T | undefined;

/** One provider's part of the setting, put over what is known. */
class Correction {
  readonly #reader: SettingReader;
  readonly #path: string;
  readonly #fields: Fields;
  readonly #asOf: string | undefined;
  readonly #source: string;

  constructor(reader: SettingReader, path: string, fields: Fields) {
    this.#reader = reader;
    this.#path = path;
    this.#fields = fields;
    this.#asOf = reader.date(fields['asOf'], join(path, 'asOf'));
    this.#source = reader.text(fields['source'], join(path, 'source')) ?? correctedBy;
  }

  apply(profile: ProviderProfile): ProviderProfile {
    const [reader, fields] = [this.#reader, this.#fields];
    const at = (key: string): string => join(this.#path, key);
    const least = (min: number): Read<number> => (value, path) => reader.number(value, path, min);
    const date: Read<string> = (value, path) => reader.date(value, path);
    const { creationEnds: _before, ...endless } = profile;
    return {
      // null takes a date back: the service goes on.
      ...(fields['creationEnds'] === null ? endless : profile),
      ...given({
        minExamples: this.#dated(fields['minExamples'], at('minExamples'), least(1)),
        maxFileBytes: this.#dated(fields['maxFileBytes'], at('maxFileBytes'), least(1)),
        minBalance: this.#dated(fields['minBalance'], at('minBalance'), least(0)),
        creationEnds: this.#dated(fields['creationEnds'], at('creationEnds'), date),
        learningRate: reader.choice(fields['learningRate'], at('learningRate'), ['multiplier', 'absolute']),
        maxTokensField: reader.choice(fields['maxTokensField'], at('maxTokensField'), ['max_completion_tokens', 'max_tokens']),
        capabilities: this.#capabilities(profile.capabilities),
        hyperparameters: this.#hyperparameters(profile.hyperparameters),
        baseModels: this.#models(profile.baseModels),
      }),
    };
  }

  #dated<T>(value: unknown, path: string, read: Read<T>): Dated<T> | undefined {
    const found = value === null ? undefined : read(value, path);
    if (found === undefined) return undefined;
    if (this.#asOf === undefined) return this.#reader.fault(path, 'noDate');
    return { value: found, asOf: this.#asOf, source: this.#source };
  }

  #capabilities(before: Capabilities): Capabilities | undefined {
    const path = join(this.#path, 'capabilities');
    const fields = this.#reader.object(this.#fields['capabilities'], path, [...switches, 'deploy']);
    if (fields === undefined) return undefined;
    const read = switches.map((name) => [name, this.#reader.boolean(fields[name], join(path, name))] as const);
    const deploy = this.#reader.choice(fields['deploy'], join(path, 'deploy'), ['none', 'here', 'guided']);
    return { ...before, ...given(Object.fromEntries(read)), ...given({ deploy }) };
  }

  #hyperparameters(before: ProviderProfile['hyperparameters']): ProviderProfile['hyperparameters'] | undefined {
    const path = join(this.#path, 'hyperparameters');
    const fields = this.#reader.object(this.#fields['hyperparameters'], path, Object.keys(before));
    if (fields === undefined) return undefined;
    const range = (name: keyof typeof before): Range => this.#range(fields[name], join(path, name), before[name]);
    return { nEpochs: range('nEpochs'), batchSize: range('batchSize'), learningRateMultiplier: range('learningRateMultiplier') };
  }

  #range(value: unknown, path: string, before: Range): Range {
    const fields = this.#reader.object(value, path, ['min', 'max']);
    const read = (key: 'min' | 'max'): number | undefined => this.#reader.number(fields?.[key], join(path, key), 0);
    const range = { ...before, ...given({ min: read('min'), max: read('max') }) };
    if (range.max === undefined || range.min <= range.max) return range;
    this.#reader.fault(path, 'notRange');
    return before;
  }

  /** Models by their id: one that is known is corrected, another one added, and null takes one away. */
  #models(before: readonly BaseModel[]): readonly BaseModel[] | undefined {
    const path = join(this.#path, 'models');
    const fields = this.#reader.object(this.#fields['models'], path);
    if (fields === undefined) return undefined;
    const models = new Map(before.map((model) => [model.id, model]));
    for (const [id, value] of Object.entries(fields)) {
      const place = join(path, id);
      const model = value === null ? undefined : this.#reader.object(value, place, modelKeys);
      if (value === null) models.delete(id);
      else if (model !== undefined) models.set(id, this.#model(models.get(id) ?? { id, methods: ['supervised'] }, model, place));
    }
    return [...models.values()];
  }

  #model(before: BaseModel, fields: Fields, path: string): BaseModel {
    const reader = this.#reader;
    const fact = <T>(key: string, read: Read<T>): Dated<T> | undefined => this.#dated(fields[key], join(path, key), read);
    const tokens: Read<number> = (value, place) => reader.number(value, place, 1);
    const date: Read<string> = (value, place) => reader.date(value, place);
    const kept = Object.fromEntries(Object.entries(before).filter(([key]) => fields[key] !== null)) as BaseModel;
    return {
      ...kept,
      ...given({
        price: fact('price', (value, place) => this.#price(value, place)),
        exampleTokens: fact('exampleTokens', tokens),
        contextTokens: fact('contextTokens', tokens),
        trainingEnds: fact('trainingEnds', date),
        shutdown: fact('shutdown', date),
        servedAs: fact('servedAs', (value, place) => reader.text(value, place)),
        serverless: fact('serverless', (value, place) => reader.boolean(value, place)),
      }),
      methods: reader.choices(fields['methods'] ?? undefined, join(path, 'methods'), ['supervised', 'dpo', 'reinforcement']) ?? before.methods,
    };
  }

  #price(value: unknown, path: string): ModelPrice | undefined {
    const fields = this.#reader.object(value, path, ['training', 'input', 'output']);
    if (fields === undefined) return undefined;
    const read = (key: string, given: unknown): number | undefined => this.#reader.number(given, join(path, key), 0);
    const training = read('training', fields['training'] ?? null);
    const rest = given({ input: read('input', fields['input']), output: read('output', fields['output']) });
    // Answers may cost what nobody knows; a price without its training is none.
    return training === undefined ? undefined : { training, ...rest };
  }
}

/** Only what is said: a field that is undefined would hide the one under it. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
