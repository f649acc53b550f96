export type { Account, Keys, NewUser, Sessions } from './account.ts';
export type {
  Administration,
  Group,
  GroupLimits,
  Invitation,
  ManagedUser,
  UserQuery,
} from './administration.ts';
export type { Call } from './api.ts';
export type { Batch, Batches, BatchFile, BatchOptions, SentBatch, UnsentFile } from './batches.ts';
export { type Client, type ClientOptions, createClient } from './client.ts';
export type { Conversions, Converted, OutputRequest, Progress, ProgressOptions } from './conversion.ts';
export type { Session } from './credentials.ts';
export type { Download } from './download.ts';
export { type LocalErrorCode, type Problem, TonemillError } from './errors.ts';
export type { DisabledWebhook, EventOptions, Task, TaskEvent } from './events.ts';
export type { NewPreset, Preset, Presets } from './presets.ts';
export { type ListedOutput, outputOf, outputsOf, type RequestedOutput } from './requested-output.ts';
export type { Retries } from './retries.ts';
export type { components, paths } from './schema.ts';
export type { FileSource } from './source.ts';
export type { NamedResult, TaskQuery, Tasks } from './tasks.ts';
export type { Delivery, DeliveryQuery, Webhook, Webhooks } from './webhooks.ts';
