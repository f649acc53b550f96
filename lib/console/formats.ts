import { signal } from '@preact/signals';
import type { components } from '../client/index.ts';
import { service } from './service.ts';

/** The part of JSON Schema by which the service describes an option. */
export interface Schema {
  type?: string;
  enum?: readonly (string | number)[];
  const?: string | number;
  minimum?: number;
  maximum?: number;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  anyOf?: readonly Schema[];
  description?: string;
}

type Formats = components['schemas']['Formats'];

/** Formats and limits of the service; undefined until they are there. */
export const formats = signal<Formats | undefined>(undefined);

export async function loadFormats(): Promise<void> {
  formats.value = await service.formats();
}

type Format = Formats['formats'][number];

/** A format by its name. */
export function formatOf(name: string): Format | undefined {
  return formats.value?.formats.find((format) => format.name === name);
}

/** The schemas of the options of a format by their names. */
export function optionsOf(format: string): [string, Schema][] {
  return Object.entries(formatOf(format)?.options.properties ?? {});
}
