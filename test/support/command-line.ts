import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** How a command ended. */
export interface CommandEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  cwd: string;
  /** Beside PATH and folders of its own. */
  env?: NodeJS.ProcessEnv;
  /** Standard input; default: empty. */
  input?: string | Uint8Array;
  /** Called with all output so far; ends the command by a signal, for example. */
  onOutput?: (text: string, child: ChildProcess) => void;
  /** Called once the process is there. */
  onStart?: (child: ChildProcess) => void;
}

const MAIN = join(process.cwd(), 'lib', 'cli', 'main.ts');

/** Runs the real program as a process of its own, with no log-in but that of its folder. */
export async function tonemill(args: readonly string[], options: CommandOptions): Promise<CommandEnd> {
  return collected(spawn(process.execPath, [MAIN, ...args], spawnOptions(options)), options);
}

/** The same on a pseudo-terminal of script(1); its whole output is in `stdout`. */
export async function tonemillOnTerminal(
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandEnd> {
  const quoted = [process.execPath, MAIN, ...args].map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`);
  const command = `stty cols 100 rows 30; exec ${quoted.join(' ')}`;
  return collected(spawn('script', ['-qec', command, '/dev/null'], spawnOptions(options)), options);
}

function spawnOptions({ cwd, env }: CommandOptions) {
  const own = { XDG_CONFIG_HOME: join(cwd, '.config'), XDG_STATE_HOME: join(cwd, '.state') };
  const { PATH, FFMPEG_PATH, FFPROBE_PATH } = process.env;
  return { cwd, env: { PATH, FFMPEG_PATH, FFPROBE_PATH, TERM: 'xterm', ...own, ...env } };
}

async function collected(
  child: ChildProcess,
  { input, onOutput, onStart }: CommandOptions,
): Promise<CommandEnd> {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      onOutput?.(output.stdout + output.stderr, child);
    });
  onStart?.(child);
  // A command that does not read its input closes it.
  child.stdin?.on('error', () => undefined);
  if (input !== undefined || !onOutput) child.stdin?.end(input);
  const [code] = await once(child, 'close');
  return { code, ...output };
}
