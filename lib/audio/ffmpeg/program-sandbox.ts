import {
  findSandbox,
  LEVELS,
  type Sandbox,
  type SandboxLevel,
  stopsFilesAndNetwork,
} from '../../process/sandbox.ts';
import { tryProgram } from '../../process/sandbox-trial.ts';
import { AppError } from '../../runtime/errors.ts';
import { MEMORY } from './resource-limits.ts';

export interface WantedSandbox {
  /** `required`: no start without a level that stops files and network; `off`: limits alone. */
  mode: 'auto' | 'required' | 'off';
  /** Private folder of this user, for programs that are built. */
  folder: string;
}

/**
 * Finds the strongest sandbox in which all programs start: a wrapper of an operator, or a build in a folder of root's own, may not
 * start in the strongest one. Throws `misconfigured` if one that stops files and network is required, and there is none.
 * @param programs absolute paths
 */
export async function sandboxFor(
  programs: readonly string[],
  path: string,
  { mode, folder }: WantedSandbox,
): Promise<Sandbox> {
  const find = async (levels: readonly SandboxLevel[], ownUser: boolean): Promise<Sandbox> => {
    const found = await findSandbox({ path, memory: MEMORY, folder, levels, ownUser });
    const { level, user, enclose } = found;
    if (level === 'limits' && user === undefined) return found;
    const tries = await Promise.all(
      programs.map((program) => tryProgram(program, ['-version'], enclose, MEMORY)),
    );
    const index = tries.findIndex((problem) => problem !== undefined);
    if (index < 0) return found;
    const weaker = await find(
      LEVELS.slice(LEVELS.indexOf(level) + (user === undefined ? 1 : 0)),
      user === undefined,
    );
    const how = [level, ...(user === undefined ? [] : ['another user'])].join(' and ');
    const sentence = `${programs[index]} does not start with ${how} (${tries[index]}).`;
    return { ...weaker, warnings: [sentence, ...weaker.warnings] };
  };
  const sandbox = await find(mode === 'off' ? ['limits'] : LEVELS, true);
  if (mode === 'required' && !stopsFilesAndNetwork(sandbox)) {
    const sentence = `SANDBOX is required, and no sandbox here stops files and network. ${sandbox.warnings.join(' ')}`;
    throw new AppError('misconfigured', sentence);
  }
  return sandbox;
}
