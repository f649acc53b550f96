import { type Client, createClient, TonemillError } from '../../client/index.ts';
import { type CommandLineConfig, loadCommandLine } from '../../config/command-line.ts';
import { withoutSlashAtEnd } from '../../runtime/urls.ts';
import { CommandError, EXIT, usageError } from '../terminal/command-error.ts';
import { type Credentials, readCredentials } from './credentials.ts';

/** The service that a command talks to. */
export interface Service {
  url: string;
  client: Client;
}

/** Retries of commands for which a person waits: some three seconds. */
const QUICK = { attempts: 4, firstDelay: 250 };

/** The service and the key of the environment, or of the last log-in. Throws a CommandError without them. */
export async function openService(how: { patient?: boolean } = {}): Promise<Service> {
  const { url, key } = await findCredentials(loadCommandLine());
  return { url, client: clientOf(url, key, how) };
}

/** @param key undefined for requests that need none */
export function clientOf(
  baseUrl: string,
  apiKey: string | undefined,
  how: { patient?: boolean } = {},
): Client {
  return createClient({ baseUrl, apiKey, retries: how.patient ? {} : QUICK });
}

/** A key of the log-in is only sent to the service of the log-in. */
async function findCredentials(config: CommandLineConfig): Promise<Pick<Credentials, 'url' | 'key'>> {
  const given = config.url === undefined ? undefined : serviceUrl(config.url, 'TONEMILL_URL');
  if (given !== undefined && config.key !== undefined) return { url: given, key: config.key };
  const kept = await readCredentials(config.configFolder);
  const url = given ?? kept?.url;
  if (url === undefined)
    throw new CommandError(
      EXIT.refused,
      'No service is known. Give the command "tonemill login", or set TONEMILL_URL and TONEMILL_KEY. ("tonemill convert --local" needs no service.)',
    );
  const key = config.key ?? (kept?.url === url ? kept.key : undefined);
  if (key === undefined)
    throw new CommandError(
      EXIT.refused,
      `No key for ${url} is known. Give the command "tonemill login ${url}", or set TONEMILL_KEY.`,
    );
  return { url, key };
}

/** An address without a path that belongs to a page. Throws a usage error. */
export function serviceUrl(text: string, where: string): string {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (
    !url ||
    (url.protocol !== 'http:' && url.protocol !== 'https:') ||
    url.username ||
    url.search ||
    url.hash
  )
    throw usageError(`${where}: expected the address of a service, such as https://audio.example.org.`);
  return withoutSlashAtEnd(`${url.origin}${url.pathname}`);
}

/** The error of the client as a sentence with what to do, and an exit code; undefined for other errors. */
export function serviceError(error: unknown): CommandError | undefined {
  if (!(error instanceof TonemillError)) return undefined;
  const { code, message } = error;
  const of = (exit: CommandError['exit'], sentence: string) =>
    new CommandError(exit, sentence, { cause: error });
  switch (code) {
    case 'network':
      return of(EXIT.unreachable, `${message} Check the network and the address of the service.`);
    case 'unexpected_answer':
      return of(EXIT.unreachable, `${message} Is this the address of a Tonemill service?`);
    case 'unauthenticated':
      return of(EXIT.refused, `${message} Give the command "tonemill login", or set TONEMILL_KEY.`);
    case 'insufficient_scope':
      return of(EXIT.refused, message);
    case 'invalid_request':
    case 'unsupported_format':
      return of(EXIT.usage, message);
    default:
      return of(EXIT.failed, message);
  }
}
