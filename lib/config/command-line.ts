import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Variables of the command line, and its folders. */
export interface CommandLineConfig {
  /** TONEMILL_URL; undefined: the service of the log-in. */
  readonly url: string | undefined;
  /** TONEMILL_KEY; undefined: the key of the log-in. */
  readonly key: string | undefined;
  /** Folder of the credentials, absolute. */
  readonly configFolder: string;
  /** Folder of what goes on after a stop, absolute. */
  readonly stateFolder: string;
  /** Whether the terminal shows no more than lines: TERM=dumb. */
  readonly dumb: boolean;
}

/** Reads the environment of the command line; an empty value counts as none. */
export function loadCommandLine(env: NodeJS.ProcessEnv = process.env): CommandLineConfig {
  const { TONEMILL_URL, TONEMILL_KEY, XDG_CONFIG_HOME, XDG_STATE_HOME, TERM } = env;
  return {
    url: TONEMILL_URL || undefined,
    key: TONEMILL_KEY || undefined,
    configFolder: join(baseFolder(XDG_CONFIG_HOME, '.config'), 'tonemill'),
    stateFolder: join(baseFolder(XDG_STATE_HOME, '.local/state'), 'tonemill'),
    dumb: TERM === 'dumb',
  };
}

/** A relative path is ignored (XDG Base Directory Specification). */
function baseFolder(given: string | undefined, standard: string): string {
  return given && isAbsolute(given) ? given : join(homedir(), standard);
}
