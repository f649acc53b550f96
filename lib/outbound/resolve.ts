import { promises as dns, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { isErrno } from '../runtime/errors.ts';
import type { AddressRule } from './address-rules.ts';
import { OutboundError } from './outbound-error.ts';
import { addressIn, hostOf, privateAddress } from './url-rules.ts';

/** Finds the addresses of a name, as `dns.lookup` does. */
export type Resolver = (name: string) => Promise<LookupAddress[]>;

/** The resolver of the system. */
export const systemResolver: Resolver = (name) => dns.lookup(name, { all: true, order: 'verbatim' });

/**
 * Finds the addresses of a URL's host. A connection must use these and ask no name server again, since the next
 * answer may differ. One address that is not allowed refuses the name.
 */
export async function checkedAddresses(
  url: URL,
  resolver: Resolver,
  isAllowed: AddressRule,
): Promise<[LookupAddress, ...LookupAddress[]]> {
  const [first, ...rest] = await addressesOf(url, resolver);
  if (first === undefined) throw unknownName(url);
  if (![first, ...rest].every(({ address }) => isAllowed(address))) throw privateAddress();
  return [first, ...rest];
}

async function addressesOf(url: URL, resolver: Resolver): Promise<LookupAddress[]> {
  const literal = addressIn(url);
  if (literal !== undefined) return [{ address: literal, family: isIP(literal) }];
  try {
    return await resolver(hostOf(url));
  } catch (error) {
    if (isErrno(error, 'ENOTFOUND')) throw unknownName(url, error);
    throw new OutboundError('name_unresolved', `The name ${url.hostname} could not be resolved.`, error);
  }
}

function unknownName(url: URL, cause?: unknown): OutboundError {
  return new OutboundError('name_unknown', `The name ${url.hostname} does not exist.`, cause);
}
