import type { Command } from 'commander';
import type { ConvertOptions } from './convert/convert.ts';
import { count, several } from './option-values.ts';
import { run } from './run-command.ts';

const MORE = `
Results lie beside their originals, or below --out with the folders of their
originals. They have the time stamps of their originals, and appear when they
are complete. A result that is there is not made again, so the same command
goes on after Ctrl-C.

Fields of --name: {artist} {albumartist} {album} {title} {track} {disc} {year}
{genre} {composer}, {name} (of the original), {folder} (of the original).

Examples:
  tonemill convert song.wav --to mp3 --option bitrate=192000
  tonemill convert Music --to opus --preset music-small --out Phone --playlist
  tonemill convert CD --to flac -d Music -n '{albumartist}/{album}/{track} {title}'
  tonemill convert --local in --to m4a --option loudness.target=-16 --watch
  tonemill convert - --to wav < song.mp3 > song.wav`;

/** Adds `convert`. */
export function addConvertCommand(program: Command): void {
  program
    .commandsGroup('Convert:')
    .command('convert')
    .argument('<paths...>', 'files, folders, or - for standard input to standard output')
    .description('convert files and folders')
    .option('-t, --to <format>', 'format of the results, such as mp3; "tonemill formats" lists all')
    .option('-p, --preset <name>', 'options by a name; "tonemill presets" lists all')
    .option(
      '-o, --option <key=value>',
      'one option of the format, again for each; see docs/formats.md',
      several,
    )
    .option('-d, --out <folder>', 'folder of the results')
    .option('-n, --name <template>', "names of the results below --out, such as '{album}/{track} {title}'")
    .option('-j, --jobs <number>', 'files at once; default: 4, or the number of cores with --local', count)
    .option('-l, --local', 'convert on this machine: no service, no account, nothing leaves it')
    .option('-f, --force', 'replace results that are there')
    .option('--playlist', 'write playlist.m3u8 with all results into the folder of the results')
    .option('--watch', 'go on, and convert files as they come; Ctrl-C ends it')
    .option('--remove', 'remove the task from the service when its result is here')
    .option('--dry-run', 'tell what would be done, with sizes if this machine has ffmpeg, and do nothing')
    .option('--json', 'print one JSON object a line, for programs')
    .addHelpText('after', MORE)
    .action((paths: string[], options: ConvertOptions) =>
      run(
        async () => (await import('./convert/convert.ts')).convert(paths, options),
        'Stopped. The same command goes on from here.',
      ),
    );
}
