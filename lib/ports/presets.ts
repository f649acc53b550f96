import type { RequestedOutput } from './tasks.ts';

/** A requested output that a user saved under a name. */
export interface Preset extends RequestedOutput {
  id: number;
  userId: number;
  /** Unique among the presets of the user. */
  name: string;
  createdAt: Date;
  changedAt: Date;
}

export interface NewPreset extends RequestedOutput {
  name: string;
}

/** Presets of users. The methods that set a name throw `taken` if the user has another preset of that name. */
export interface PresetStore {
  /** Undefined if the user has `most` presets. */
  add(userId: number, preset: NewPreset, most: number): Promise<Preset | undefined>;
  /** The presets of a user, by id. */
  list(userId: number): Promise<Preset[]>;
  /** By its id, or by its name. */
  find(userId: number, preset: number | string): Promise<Preset | undefined>;
  /** Replaces a preset; undefined if the user has no such preset. */
  change(userId: number, id: number, preset: NewPreset): Promise<Preset | undefined>;
  /** Removes a preset, and returns it; undefined if the user has no such preset. */
  remove(userId: number, id: number): Promise<Preset | undefined>;
}
