import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { loadCommandLine } from '../../config/command-line.ts';
import { hasCode } from '../../runtime/errors.ts';
import { type LocalEngine, openLocalEngine } from '../local/local-engine.ts';
import { formatOf, isBuiltInPreset, optionsOf, type RequestedOutput } from '../service/requested-output.ts';
import { openService, serviceError } from '../service/service.ts';
import { CommandError, EXIT, usageError } from '../terminal/command-error.ts';
import { stopSignal } from '../terminal/stop.ts';
import type { Converter } from './converter.ts';
import { withCueFile } from './cue-file.ts';
import { findInputs } from './inputs.ts';
import { createKeptUploads } from './kept-uploads.ts';
import { createLocalConverter } from './local-converter.ts';
import { parseTemplate } from './name-template.ts';
import { createOutputPaths } from './output-paths.ts';
import { writePlaylist } from './playlist.ts';
import { jsonReporter, lineReporter, type Reporter } from './progress.ts';
import { createRemoteConverter } from './remote-converter.ts';
import { runConversions } from './run.ts';
import { watchInputs } from './watch.ts';

/** Options as the command line gives them. */
export interface ConvertOptions {
  to?: string;
  preset?: string;
  option?: string[];
  out?: string;
  jobs?: number;
  json?: boolean;
  name?: string;
  playlist?: boolean;
  dryRun?: boolean;
  force?: boolean;
  watch?: boolean;
  local?: boolean;
  remove?: boolean;
}

/** Files at once with a service: it converts them as it can. */
const REMOTE_JOBS = 4;

const PLAYLIST = 'playlist.m3u8';

/** Converts files and folders, or standard input. */
export async function convert(paths: readonly string[], options: ConvertOptions): Promise<void> {
  const isStream = paths.includes('-');
  if (isStream && paths.length > 1) throw usageError('"-" stands alone: standard input is one file.');
  const output = await requestedOutput(options);
  if (options.playlist && output.options.split !== undefined)
    throw usageError(
      '--playlist: a playlist has no place for ZIP files of parts. Leave out --playlist or split.',
    );
  const jobs = options.jobs ?? (options.local ? availableParallelism() : REMOTE_JOBS);
  const template = options.name === undefined ? undefined : parseTemplate(options.name);
  const needsEngine = options.local || template?.needsTags;
  const programs = Math.max(jobs, availableParallelism());
  const engine = needsEngine ? await openLocalEngine(programs) : await planningEngine(options, programs);
  try {
    if (options.local) engine?.check(output.format, output.options);
    const converter = options.dryRun ? undefined : await openConverter(options, engine);
    if (isStream) return await convertStream(converter, output);
    const out = options.out ?? (template ? '.' : undefined);
    const reporter = await openReporter(options);
    const find = () => findInputs(paths, { out });
    const found = options.watch ? watchInputs(find, stopSignal) : find();
    const { counts, results } = await runConversions(found, {
      converter,
      output,
      plan: engine && ((path, signal) => engine.plan(path, { ...output, signal })),
      pathOf: createOutputPaths({ out, template, extension: output.extension }),
      tagsOf:
        engine && template?.needsTags
          ? async (path, signal) => (await engine.probe(path, { signal })).tags
          : undefined,
      reporter,
      jobs,
      force: options.force ?? false,
    });
    if (options.playlist && converter) await writePlaylist(join(out ?? '.', PLAYLIST), results);
    if (counts.failed > 0) process.exitCode = EXIT.failed;
  } catch (error) {
    // Ctrl-C is how a person ends a watch.
    if (!options.watch || !isInterrupt(error)) throw error;
    process.exitCode = 0;
  } finally {
    engine?.close();
  }
}

/** The engine that plans a dry run by the rules of the service; undefined where it has no programs, or a preset that it lacks. */
async function planningEngine(
  { dryRun, preset }: ConvertOptions,
  programs: number,
): Promise<LocalEngine | undefined> {
  if (!dryRun || (preset !== undefined && !isBuiltInPreset(preset))) return undefined;
  try {
    return await openLocalEngine(programs);
  } catch (error) {
    if (hasCode(error, 'misconfigured')) return undefined;
    throw error;
  }
}

function isInterrupt(error: unknown): boolean {
  return error instanceof CommandError && error.exit === EXIT.interrupted;
}

/** Without `--to`, a saved preset names the format. */
async function requestedOutput({ to, preset, option = [], local }: ConvertOptions): Promise<RequestedOutput> {
  const options = await withCueFile(optionsOf(option, preset));
  if (to !== undefined) return archived({ ...formatOf(to), options });
  if (preset === undefined || local)
    throw usageError('Name a format by --to, such as --to mp3. "tonemill formats" lists all.');
  const { client } = await openService();
  const saved = (await client.presets.list({ signal: stopSignal })).find(({ name }) => name === preset);
  if (!saved) throw usageError(`No preset of yours is called "${preset}". Name a format by --to.`);
  return archived({ ...formatOf(saved.format), options });
}

/** The parts of an original come as one ZIP file. */
function archived(output: RequestedOutput): RequestedOutput {
  return output.options.split === undefined ? output : { ...output, extension: 'zip' };
}

/** Asks the service once before the first file, so that a wrong address and a wrong key show at once. */
async function openConverter(
  { local, remove }: ConvertOptions,
  engine: LocalEngine | undefined,
): Promise<Converter> {
  if (local && engine) return createLocalConverter(engine);
  const { client } = await openService();
  await client.tasks.list({ max: 1 }, { signal: stopSignal });
  const { url, client: patient } = await openService({ patient: true });
  const uploads = createKeptUploads(loadCommandLine().stateFolder, url);
  return createRemoteConverter({ client: patient, uploads, remove: remove ?? false });
}

async function openReporter({ json, dryRun }: ConvertOptions): Promise<Reporter> {
  if (json) return jsonReporter();
  if (dryRun || !process.stderr.isTTY || loadCommandLine().dumb) return lineReporter();
  const { barReporter } = await import('./bars.ts');
  return barReporter();
}

async function convertStream(converter: Converter | undefined, output: RequestedOutput): Promise<void> {
  if (!converter) throw usageError('--dry-run needs files: standard input has no name.');
  if (process.stdout.isTTY)
    throw usageError('The result goes to standard output. Send it to a file: ... - > song.mp3');
  if (process.stdin.isTTY) throw usageError('Standard input is a terminal. Send a file: ... - < song.wav');
  const job = { ...output, onProgress: () => undefined, signal: stopSignal };
  try {
    const result = await converter.convertStream({ ...job, input: process.stdin });
    await pipeline(result, process.stdout, { signal: stopSignal, end: false });
  } catch (error) {
    stopSignal.throwIfAborted();
    throw serviceError(error) ?? error;
  }
}
