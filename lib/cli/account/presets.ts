import { PRESET_NAMES, PRESETS } from '../../audio/formats/presets.ts';
import { formatOf, optionsOf } from '../service/requested-output.ts';
import { openService } from '../service/service.ts';
import { print, printJson, printTable } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';
import { idOf } from './tasks.ts';

/** Prints the presets of the program, and those that the user saved. */
export async function listPresets({ local, json }: { local?: boolean; json?: boolean }): Promise<void> {
  const builtIn = PRESET_NAMES.map((name) => ({ name, description: PRESETS[name].description }));
  const saved = local ? [] : await (await openService()).client.presets.list({ signal: stopSignal });
  if (json) return [...builtIn, ...saved].forEach(printJson);
  printTable([
    ['ID', 'PRESET', 'FORMAT', ''],
    ...builtIn.map(({ name, description }) => ['', name, '', description]),
    ...saved.map(({ id, name, format, options }) => [id, name, format, JSON.stringify(options)]),
  ]);
}

export interface SaveOptions {
  to: string;
  preset?: string;
  option?: string[];
}

/** Saves a format with its options under a name, in place of a saved preset with this name. */
export async function savePreset(name: string, { to, preset, option = [] }: SaveOptions): Promise<void> {
  const { client } = await openService();
  const { format } = formatOf(to);
  const wanted = { name, format, options: optionsOf(option, preset) };
  const call = { signal: stopSignal };
  const before = (await client.presets.list(call)).find((one) => one.name === name.normalize());
  const { id } = before
    ? await client.presets.change(before.id, wanted, call)
    : await client.presets.save(wanted, call);
  print(`The preset has the ID ${id}. Use it: tonemill convert --preset ${JSON.stringify(name)} song.wav`);
}

export async function removePreset(id: string): Promise<void> {
  const { client } = await openService();
  await client.presets.remove(idOf(id), { signal: stopSignal });
  print('The preset is removed.');
}
