import { effect, signal } from '@preact/signals';
import type { Preset } from '../client/index.ts';
import { complain } from './notices.ts';
import { service } from './service.ts';
import { session } from './session.ts';
import type { Wanted } from './wanted.ts';

/** Presets that the user has saved, by name. */
export const ownPresets = signal<readonly Preset[]>([]);

/** Whether `ownPresets` are those of the present user. */
const areRead = signal(false);

/** Calls back once with the presets of the user, as soon as it is known who that is; with none without a user. */
export function whenPresetsAreKnown(then: (presets: readonly Preset[]) => void): void {
  const stop = effect(() => {
    if (session.value === 'starting' || (session.value === 'open' && !areRead.value)) return;
    queueMicrotask(() => {
      stop();
      then(ownPresets.peek());
    });
  });
}

/** Reads the presets of each user who comes. */
export function followPresets(): void {
  effect(() => {
    if (session.value === 'open') readPresets().catch(complain);
    else {
      ownPresets.value = [];
      areRead.value = false;
    }
  });
}

/** Saves a format and options under a name. */
export async function savePreset(name: string, { format, options }: Wanted): Promise<void> {
  await service.presets.save({ name, format, options });
  await readPresets();
}

export async function removePreset(id: number): Promise<void> {
  await service.presets.remove(id);
  await readPresets();
}

async function readPresets(): Promise<void> {
  const presets = await service.presets.list();
  ownPresets.value = presets.toSorted((a, b) => a.name.localeCompare(b.name));
  areRead.value = true;
}
