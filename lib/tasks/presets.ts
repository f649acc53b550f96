import { isDeepStrictEqual } from 'node:util';
import { isPresetName, PRESET_NAMES } from '../audio/formats/presets.ts';
import type { Creation } from '../ports/idempotency.ts';
import type { NewPreset, Preset, PresetStore } from '../ports/presets.ts';
import { AppError } from '../runtime/errors.ts';
import type { OutputRequests } from './requested-output.ts';

/** Maximum number of presets of one user. */
const MOST_PRESETS = 100;

/**
 * Presets of users: requested outputs with a name. `save` and `change` throw `invalid_request` and `unsupported_format` for
 * an output that this service cannot make, and `taken` for the name of another preset of the user.
 */
export interface Presets {
  list(userId: number): Promise<Preset[]>;
  /** Throws `not_found`, also for a preset of another user. */
  get(userId: number, id: number): Promise<Preset>;
  /** @param creation of a request that may come again: the preset of an earlier attempt without an answer is returned */
  save(userId: number, preset: NewPreset, creation?: Creation): Promise<Preset>;
  /** Replaces a preset; tasks that were made by it stay as they are. Throws `not_found`. */
  change(userId: number, id: number, preset: NewPreset): Promise<Preset>;
  /** Throws `not_found`. */
  remove(userId: number, id: number): Promise<Preset>;
}

export function createPresets(store: PresetStore, requests: Pick<OutputRequests, 'check'>): Presets {
  const checked = async ({ name, format, options }: NewPreset): Promise<NewPreset> => {
    const isBuiltIn = isPresetName(name.toLowerCase());
    if (isBuiltIn)
      throw refused(`expected another name than those of the built-in ${PRESET_NAMES.join(', ')}`);
    return { name: name.normalize(), format: await requests.check({ format, options }), options };
  };
  return {
    list: (userId) => store.list(userId),
    get: async (userId, id) => found(await store.find(userId, id)),
    async save(userId, preset, creation) {
      const wanted = await checked(preset);
      const earlier = creation?.isResumed ? await store.find(userId, wanted.name) : undefined;
      if (earlier && isSame(earlier, wanted)) return earlier;
      const saved = await store.add(userId, wanted, MOST_PRESETS);
      if (!saved) throw refused(`expected at most ${MOST_PRESETS} presets; remove one first`);
      return saved;
    },
    change: async (userId, id, preset) => found(await store.change(userId, id, await checked(preset))),
    remove: async (userId, id) => found(await store.remove(userId, id)),
  };
}

function isSame(a: NewPreset, b: NewPreset): boolean {
  return a.format === b.format && isDeepStrictEqual(a.options, b.options);
}

function found(preset: Preset | undefined): Preset {
  if (!preset) throw new AppError('not_found', 'This preset does not exist.');
  return preset;
}

function refused(message: string): AppError {
  return new AppError('invalid_request', `The request is not valid. name: ${message}.`, {
    details: [{ path: 'name', message }],
  });
}
