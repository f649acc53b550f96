import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import type { Made } from '../../lib/audio/engine/encode.ts';
import { type AudioEngine, createEngine } from '../../lib/audio/engine/engine.ts';
import { probe } from '../../lib/audio/ffmpeg/probe.ts';
import type { EngineOptions } from '../../lib/audio/ffmpeg/runs.ts';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { FORMATS, type Format } from '../../lib/audio/formats/formats.ts';
import { parseOptions } from '../../lib/audio/formats/options.ts';
import type { Probed } from '../../lib/audio/media/ffprobe-output.ts';
import { createTagWorker } from '../../lib/audio/tags/tag-worker.ts';
import type { Limits } from '../../lib/config/config.ts';
import { createChildren } from '../../lib/process/limited-process.ts';
import { createSpawner } from '../../lib/process/spawner.ts';
import { binaries } from './audio.ts';

export const LIMITS: Limits = {
  uploadBytes: 1e9,
  formBytes: 1e9,
  resultBytes: 1e7,
  durationSeconds: 600,
  conversionSeconds: 60,
  stallSeconds: 30,
};

/** One thread for the tags of all tests of a process: its start costs more than most conversions here. */
const tagWorker = createTagWorker();

/** What the engine is made of here. */
export async function engineParts(limits: Partial<Limits> = {}): Promise<EngineOptions> {
  return {
    binaries: await binaries(),
    limits: { ...LIMITS, ...limits },
    path: process.env.PATH ?? '',
    semaphore: pLimit(2),
    spawner: createSpawner(),
  };
}

/** The engine on what the product itself would use here, with small limits. */
export async function testEngine(limits: Partial<Limits> = {}, worker = tagWorker): Promise<AudioEngine> {
  return createEngine(await engineParts(limits), worker);
}

/** What ffprobe says of a file, without its chunks and the tags of the library. */
export async function probeWithFfprobe(path: string): Promise<Probed> {
  const parts = await engineParts();
  const children = createChildren(parts.spawner, parts.binaries.sandbox);
  return probe({ ...parts, children }, path, new AbortController().signal);
}

/** Converts a file as a task would; options are read as they come from outside. */
export async function convertFile(
  input: string,
  output: string,
  name: string,
  options: object = {},
  limits: Partial<Limits> = {},
  worker = tagWorker,
): Promise<Made> {
  return convertWith(await testEngine(limits, worker), input, output, name, options);
}

/** Converts a file with an engine that several conversions share. */
export async function convertWith(
  audio: AudioEngine,
  input: string,
  output: string,
  name: string,
  options: object = {},
): Promise<Made> {
  const format = audio.formats.find((format) => format.name === name);
  if (!format) throw new TypeError(`no format ${name} can be made here`);
  const { signal } = new AbortController();
  const probed = await audio.probe(input, signal);
  const how = { probed, options: effectiveOptions(format, parseOptions(format, options)), signal };
  return audio.convert({ input, output, ...how, onProgress: () => undefined });
}

/** Does something with each, as many at once as there are cores; in the end throws the first failure. */
export async function withEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const semaphore = pLimit(availableParallelism());
  const ends = await Promise.allSettled(items.map((item) => semaphore(() => work(item))));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

export function formatCalled(name: string): Format {
  const format = FORMATS.find((one) => one.name === name);
  if (!format) throw new TypeError(`${name} is no format`);
  return format;
}
