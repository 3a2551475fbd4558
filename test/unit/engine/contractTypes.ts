/**
 * The wire types against the SDK's own, at compile time: `npm run check` fails where they part. Each pair is looked
 * at from both sides: a client of the SDK can read what our server answers, and our client can read what a service
 * answers that the SDK was made for.
 */
import type { OpenAI } from 'openai';
import type {
  JobCreateRequest,
  WireCheckpoint,
  WireErrorBody,
  WireEvent,
  WireFile,
  WireJob,
  WireModel,
  WirePage,
  WireUpload,
  WireUploadPart,
} from '../../../src/core/providers/wire.ts';

type Job = OpenAI.FineTuning.FineTuningJob;
type JobEvent = OpenAI.FineTuning.FineTuningJobEvent;
type Checkpoint = OpenAI.FineTuning.Jobs.FineTuningJobCheckpoint;

/** Ours are read-only all the way down; the SDK's are not, which is no difference on the wire. */
type Writable<T> = T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T;
/** Fields in which services add values of their own, so that ours are open strings. */
type Open = 'status' | 'type' | 'level' | 'purpose' | 'method' | 'integrations' | 'expires_at' | 'status_details';
/** Fields that other services add to the contract; OpenAI and the Local engine have none of them. */
type Added = 'trained_steps' | 'total_steps' | 'total_price' | 'trainingType';
type Closed<T> = Omit<T, Open | Added>;
/** Fields of the SDK's type that ours lacks. */
type Missing<Sdk, Ours> = Exclude<keyof Sdk, keyof Ours>;
/** True if the SDK's own words for an open field are among ours. */
type Opened<Sdk, Ours, Key extends keyof Sdk & keyof Ours> = Exclude<Sdk[Key], undefined> extends Ours[Key] ? true : false;

type Expect<T extends true> = T;
type Fits<From, To> = [From] extends [To] ? true : false;
type None<T> = [T] extends [never] ? true : false;

export type Checks = [
  Expect<None<Missing<Job, WireJob>>>,
  Expect<Fits<Closed<Writable<Required<WireJob>>>, Closed<Omit<Job, 'hyperparameters' | 'error'>>>>,
  Expect<Fits<Job['error'], WireJob['error']>>,
  Expect<Fits<Writable<NonNullable<WireJob['hyperparameters']>>, Job['hyperparameters']>>,
  Expect<Opened<Job, WireJob, 'status' | 'integrations'>>,
  Expect<Fits<Omit<NonNullable<Job['method']>, 'reinforcement'>, WireJob['method']>>,
  Expect<None<Missing<JobEvent, WireEvent>>>,
  Expect<Fits<Closed<Writable<WireEvent>>, Closed<JobEvent>>>,
  Expect<Opened<JobEvent, WireEvent, 'type' | 'level'>>,
  Expect<None<Missing<Checkpoint, WireCheckpoint>>>,
  Expect<Fits<Writable<WireCheckpoint>, Checkpoint>>,
  Expect<Fits<Checkpoint, WireCheckpoint>>,
  Expect<None<Missing<OpenAI.FileObject, WireFile>>>,
  Expect<Fits<Closed<WireFile>, Closed<OpenAI.FileObject>>>,
  Expect<Opened<OpenAI.FileObject, WireFile, 'purpose' | 'status' | 'expires_at' | 'status_details'>>,
  Expect<None<Missing<OpenAI.Upload, WireUpload>>>,
  Expect<Fits<Omit<WireUpload, 'file'>, OpenAI.Upload>>,
  Expect<Fits<Omit<OpenAI.Upload, 'file'>, Omit<WireUpload, 'file'>>>,
  Expect<Fits<WireUploadPart, OpenAI.Uploads.UploadPart>>,
  Expect<Fits<OpenAI.Uploads.UploadPart, WireUploadPart>>,
  Expect<None<Missing<OpenAI.Model, WireModel>>>,
  Expect<Fits<WireModel, OpenAI.Model>>,
  Expect<Fits<OpenAI.Model, WireModel>>,
  Expect<None<Exclude<keyof JobCreateRequest, Added | keyof OpenAI.FineTuning.JobCreateParams>>>,
  Expect<Fits<Writable<Omit<JobCreateRequest, 'method' | Added>>, Omit<OpenAI.FineTuning.JobCreateParams, 'method'>>>,
  Expect<Fits<Writable<WireErrorBody['error']>, OpenAI.ErrorObject>>,
  Expect<Fits<OpenAI.ErrorObject, WireErrorBody['error']>>,
  Expect<Fits<'object' | 'data' | 'has_more', keyof WirePage<WireJob>>>,
];
