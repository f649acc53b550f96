import { isIP } from 'node:net';
import type { AddressRule } from './address-rules.ts';
import { OutboundError } from './outbound-error.ts';

export interface UrlRules {
  /** Whether http is allowed besides https. */
  http: boolean;
  address: AddressRule;
}

/** Longest URL, in characters. */
const MAX_LENGTH = 8192;

/** Ports from 1024 on that belong to other protocols (Fetch Standard, 2.9 "Port blocking"). */
const OTHER_PROTOCOLS: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080,
]);

/**
 * Reads a URL to which the service may send a request, as far as that can be said without a name server. The parser
 * writes hosts such as 2130706433, 0x7f.1 and 017700000001 as the IPv4 addresses that they are.
 * Throws an `OutboundError` of the code `url_refused`.
 */
export function readUrl(text: string, rules: UrlRules): URL {
  const url = text.length <= MAX_LENGTH ? URL.parse(text) : null;
  if (url === null) throw new OutboundError('malformed', 'The URL is not valid; expected https://...');
  if (url.protocol !== 'https:' && !(rules.http && url.protocol === 'http:')) {
    const expected = rules.http ? 'https:// or http://' : 'https://';
    throw new OutboundError('scheme', `The URL begins with ${url.protocol}//; expected ${expected}.`);
  }
  if (url.username !== '' || url.password !== '')
    throw new OutboundError('credentials', 'The URL has a user name or a password; expected none.');
  if (!isPortAllowed(url.port))
    throw new OutboundError(
      'port',
      `Port ${url.port} of the URL is not allowed; expected that of a web server.`,
    );
  const address = addressIn(url);
  if (address !== undefined && !rules.address(address)) throw privateAddress();
  return url;
}

/** The IP address that is the host of the URL; undefined: the host is a name. */
export function addressIn(url: URL): string | undefined {
  const host = hostOf(url);
  return isIP(host) === 0 ? undefined : host;
}

/** Host without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** The sentence is the same for every address, so that nobody learns names and addresses of the network. */
export function privateAddress(): OutboundError {
  return new OutboundError('private_address', 'The URL leads to an address that is not public.');
}

function isPortAllowed(port: string): boolean {
  if (port === '' || port === '80' || port === '443') return true;
  return Number(port) >= 1024 && !OTHER_PROTOCOLS.has(Number(port));
}
