import { type Conversions, createConversions } from '../conversions/conversion.ts';
import { createProbes, type Probes } from '../conversions/file-probe.ts';
import { createFileViews, type FileViews } from '../conversions/file-views.ts';
import { createMeasuredLoudness, type MeasuredLoudness } from '../conversions/measured-loudness.ts';
import { createPlans, type Plans } from '../conversions/plans.ts';
import { createWaveforms, type Waveforms } from '../conversions/waveforms.ts';
import { createReports, type Reports } from '../first-generation/worker-reports.ts';
import { createSweep, type Sweep } from '../housekeeping/sweep.ts';
import type { Housekeeping } from '../ports/housekeeping.ts';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import { createPlaces, type Places } from '../runtime/places.ts';
import { tidyWebhooks } from '../webhooks/tidy.ts';
import type { Foundation } from './foundation.ts';
import type { Uploads } from './uploads.ts';

/** Services that run ffmpeg or repair tasks. */
export interface ConversionServices {
  conversions: Lazy<Conversions>;
  probes: Probes;
  /** Requests at once that send a file which is looked at and not kept. */
  filePlaces: Places;
  plans: Plans;
  waveforms: Waveforms;
  loudness: MeasuredLoudness;
  fileViews: FileViews;
  reports: Lazy<Reports>;
  housekeeping: Lazy<Housekeeping>;
  sweep: Lazy<Sweep>;
}

export function openConversions(
  { config, log, worker, surroundings, stores, engine, workspaces, storage }: Foundation,
  { tasks: taskService, outputs, batches, uploaded, admission, cancelUploads }: Uploads,
): ConversionServices {
  const { clock, lease, places } = surroundings;
  const { originals, results, adoption } = storage;
  const { paused, deadlineSeconds: deadline } = config;
  const { attempts } = lease;
  const files = { originals, results, workspaces };
  const store = async () => (await stores()).tasks;
  const analysis = { tasks: taskService, store, engine, results, workspaces };
  return {
    conversions: lazy(async () => {
      const { tasks, albums, leases } = await stores();
      const limits = { paused, deadline, attempts };
      const { countAudio, mustAllowDuration } = await admission();
      return createConversions({
        ...files,
        ...limits,
        tasks,
        albums,
        leases,
        engine: await engine(),
        countAudio,
        mustAllowDuration,
        worker,
        clock,
        log,
      });
    }),
    probes: createProbes(engine, config.conversions),
    filePlaces: createPlaces({ most: places.files, name: 'probes', retryAfter: 2 }),
    plans: createPlans({ tasks: taskService, outputs, engine, workspaces }),
    waveforms: createWaveforms(analysis),
    loudness: createMeasuredLoudness(analysis),
    fileViews: createFileViews(analysis),
    reports: lazy(async () => {
      const { tasks, leases } = await stores();
      return createReports({ ...files, adoption, tasks, leases, engine });
    }),
    housekeeping: lazy(async () => (await stores()).housekeeping),
    sweep: lazy(async () => {
      const { tasks, housekeeping, uploads: uploadStore, retention, pendingDeliveries } = await stores();
      const finishRemovals = async () => (await batches()).finishRemovals();
      const repairs = {
        ...{ housekeeping, tasks, uploadStore, uploaded, cancelUploads, finishRemovals, retention },
        retentionDays: config.retention.days,
        tidyWebhooks: () => tidyWebhooks(pendingDeliveries),
      };
      return createSweep({ ...files, ...repairs, paused, clock, log });
    }),
  };
}
