import type { Format } from '../audio/formats/formats.ts';
import { parseOptions, withSavedOptions } from '../audio/formats/options.ts';
import { isPresetName, PRESET_NAMES } from '../audio/formats/presets.ts';
import type { Preset, PresetStore } from '../ports/presets.ts';
import type { RequestedOutput, RequestedOutputs } from '../ports/tasks.ts';
import { AppError } from '../runtime/errors.ts';
import { sharedByKey } from '../runtime/shared-run.ts';
import { refuseBoth, resolveOutputs } from './several-outputs.ts';

/** The requested output as a request gives it. */
export interface OutputRequest {
  /** Undefined: the format of the saved preset that the options name. */
  newFormat?: string | undefined;
  /** Not yet validated; undefined: no options. */
  options?: unknown;
  /** Several outputs in place of one, not yet validated; undefined: one. */
  outputs?: unknown;
}

/** Validates requested outputs. Throws `invalid_request`, `unsupported_format`. */
export interface OutputRequests {
  /**
   * Resolves the saved preset that the option `preset` may name, so that later changes of the preset do not matter. Options
   * of the request win over those of the preset.
   */
  resolve(userId: number, request: OutputRequest): Promise<RequestedOutputs>;
  /** The name of an available format that takes the options, which may name a built-in preset. */
  check(output: RequestedOutput): Promise<string>;
}

/** @param formats available output formats */
export function createOutputRequests(
  formats: () => Promise<readonly Format[]>,
  presets: Pick<PresetStore, 'find'>,
): OutputRequests {
  const formatCalled = async (name: string, path: string) => {
    const available = await formats();
    const format = available.find((one) => one.name === name.toLowerCase());
    if (!format) throw unsupported(name, available, path);
    return format;
  };
  // A batch of a thousand tasks by one preset looks it up once.
  const shared = sharedByKey<Preset | undefined>();
  const savedPreset = async (userId: number, name: string) => {
    const preset = await shared(`${userId} ${name}`, () => presets.find(userId, name.normalize()));
    if (!preset) throw noSuchPreset(name);
    return preset;
  };

  const resolveOne = async (userId: number, { newFormat, options = {} }: OutputRequest) => {
    const saved = bySavedPreset(options);
    const preset = saved && (await savedPreset(userId, saved.name));
    const wanted = newFormat ?? preset?.format;
    if (wanted === undefined) throw noFormat();
    if (!preset) {
      const format = await formatCalled(wanted, 'newFormat');
      return { format: format.name, options: parseOptions(format, options) };
    }
    const format = await ofPreset(preset, newFormat === undefined, () => formatCalled(wanted, 'newFormat'));
    const whole = await ofPreset(preset, true, async () => parseOptions(format, preset.options));
    return { format: format.name, options: withSavedOptions(whole, parseOptions(format, saved.others)) };
  };

  return {
    async resolve(userId, { outputs, ...one }) {
      if (outputs === undefined) return resolveOne(userId, one);
      if (one.newFormat !== undefined || one.options !== undefined) refuseBoth();
      return resolveOutputs(outputs, ({ format: newFormat, options }) =>
        resolveOne(userId, { newFormat, options }),
      );
    },
    async check({ format: name, options }) {
      const format = await formatCalled(name, 'format');
      parseOptions(format, options);
      return format.name;
    },
  };
}

/** The name of a saved preset in the options of a request, and its other options. */
function bySavedPreset(options: unknown): { name: string; others: object } | undefined {
  if (typeof options !== 'object' || options === null || !('preset' in options)) return undefined;
  const { preset, ...others } = options;
  return typeof preset === 'string' && !isPresetName(preset) ? { name: preset, others } : undefined;
}

/** Says which preset does not fit, if it is the preset that the service can't follow any more. */
async function ofPreset<T>({ name }: Preset, isCause: boolean, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isCause || !(error instanceof AppError)) throw error;
    const details = [{ path: 'options.preset', message: error.message }];
    const sentence = `The preset ${JSON.stringify(name)} does not fit: ${error.message}`;
    throw new AppError(error.code, sentence, { details, cause: error });
  }
}

function noSuchPreset(name: string): AppError {
  const message = `expected one of ${PRESET_NAMES.join(', ')}, or the name of a saved preset`;
  const shown = JSON.stringify(name.slice(0, 80));
  return new AppError('invalid_request', `There is no preset ${shown}. options.preset: ${message}.`, {
    details: [{ path: 'options.preset', message }],
  });
}

function noFormat(): AppError {
  const message = 'expected a format, such as mp3';
  return new AppError('invalid_request', `The request is not valid. newFormat: ${message}.`, {
    details: [{ path: 'newFormat', message }],
  });
}

function unsupported(name: string, available: readonly Format[], path: string): AppError {
  const allowed = available.map((format) => format.name).join(', ');
  const shown = JSON.stringify(name.slice(0, 20));
  return new AppError(
    'unsupported_format',
    `${shown} is not an available format. Expected one of ${allowed}.`,
    { details: [{ path, message: `expected one of ${allowed}` }] },
  );
}
