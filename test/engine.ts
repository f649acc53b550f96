import type { Limits } from '../lib/config.ts';
import { type AudioEngine, createEngine } from '../lib/engine.ts';
import { binaries } from './audio.ts';

const LIMITS: Limits = {
  uploadBytes: 1e9,
  formBytes: 1e9,
  resultBytes: 1e7,
  durationSeconds: 600,
  conversionSeconds: 60,
  stallSeconds: 30,
};

/** The engine on what the product itself would use here, with small limits. */
export async function testEngine(limits: Partial<Limits> = {}): Promise<AudioEngine> {
  const parts = { binaries: await binaries(), path: process.env.PATH ?? '' };
  return createEngine({ ...parts, limits: { ...LIMITS, ...limits } });
}
