import { fromBytes, toBytes, type Waveform } from '../audio/waveform/peaks.ts';
import { waveformKey } from '../tasks/object-keys.ts';
import { type AnalysisDependencies, createKeptAnalysis, type KeptAnalysis } from './kept-analysis.ts';

/** Waveforms of tasks. */
export type Waveforms = KeptAnalysis<Waveform>;

export function createWaveforms(parts: AnalysisDependencies): Waveforms {
  return createKeptAnalysis(parts, {
    key: waveformKey,
    make: (audio, open, signal) => audio.waveform(open, signal),
    toBytes,
    fromBytes,
  });
}
