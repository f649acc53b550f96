import { type Api, answerOf, byId, type Call, options, type Schemas } from './api.ts';
import { orGone } from './errors.ts';

export type Preset = Schemas['Preset'];

export interface NewPreset {
  /** For the option `preset`. */
  name: string;
  format: string;
  options?: Record<string, unknown>;
}

/** Presets of the user. */
export interface Presets {
  list(call?: Call): Promise<Preset[]>;
  get(id: number, call?: Call): Promise<Preset>;
  save(preset: NewPreset, call?: Call): Promise<Preset>;
  change(id: number, preset: NewPreset, call?: Call): Promise<Preset>;
  /** Removes a preset; one that does not exist any more counts as removed. */
  remove(id: number, call?: Call): Promise<void>;
}

export function createPresets(api: Api): Presets {
  const path = '/api/presets/{id}';
  return {
    list: (call) => answerOf(api.GET('/api/presets', options(call))),
    get: (id, call) => answerOf(api.GET(path, byId(id, call))),
    save: (preset, call) => answerOf(api.POST('/api/presets', { body: bodyOf(preset), ...options(call) })),
    change: (id, preset, call) => answerOf(api.PUT(path, { body: bodyOf(preset), ...byId(id, call) })),
    remove: (id, call) => orGone(answerOf(api.DELETE(path, byId(id, call)))),
  };
}

/** The service checks formats and options; TypeScript does not know those of a form. */
function bodyOf(preset: NewPreset): Schemas['NewPreset'] {
  if (!isNewPreset(preset)) throw new TypeError('a format is expected');
  return preset;
}

function isNewPreset(preset: NewPreset): preset is NewPreset & Schemas['NewPreset'] {
  return typeof preset.format === 'string';
}
