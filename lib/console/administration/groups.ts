import { signal } from '@preact/signals';
import type { components, GroupLimits } from '../../client/index.ts';
import { service } from '../service.ts';

/** A group with the number of its users. */
export type CountedGroup = components['schemas']['CountedGroup'];

/** The groups, by name. */
export const groups = signal<readonly CountedGroup[]>([]);

export async function readGroups(): Promise<void> {
  groups.value = await service.administration.groups();
}

export async function makeGroup(name: string, limits: GroupLimits): Promise<void> {
  await service.administration.createGroup({ name, limits });
  await readGroups();
}

/** Changes the name of a group, and replaces all its limits. */
export async function changeGroup(id: number, name: string, limits: GroupLimits): Promise<void> {
  await service.administration.changeGroup(id, { name, limits });
  await readGroups();
}

export async function removeGroup(id: number): Promise<void> {
  await service.administration.removeGroup(id);
  await readGroups();
}
