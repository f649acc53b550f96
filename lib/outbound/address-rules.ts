import ipaddr from 'ipaddr.js';
import { within } from '../runtime/client-address.ts';

/** Says whether the service may connect to an IP address, as `dns.lookup` writes it. */
export type AddressRule = (address: string) => boolean;

/**
 * Allows public addresses, and those of `allowed` networks.
 * @param allowed addresses and CIDR blocks of the operator's own network, such as 10.0.0.0/8
 */
export function createAddressRule(allowed: readonly string[] = []): AddressRule {
  const isAllowed = within(allowed);
  return (text) => {
    const address = meant(text);
    return address !== undefined && (isAllowed(address.toString()) || isPublic(address));
  };
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** The translation prefix of networks with IPv6 only (RFC 6052, 2.1): the last 32 bits are an IPv4 address. */
const NAT64 = ipaddr.IPv6.parse('64:ff9b::');

/** Addresses in use on the internet (IANA: IPv6 Global Unicast Address Assignments). */
const GLOBAL_IPV6 = ipaddr.IPv6.parse('2000::');

/** An address of virtual machines on Azure that answers with their credentials, though its block is public. */
const AZURE_HOST = '168.63.129.16';

/** The address to which a connection leads: IPv4 that is written or translated as IPv6 is judged as IPv4. */
function meant(text: string): Address | undefined {
  // A zone such as %eth0 names an interface of this machine.
  if (!ipaddr.isValid(text) || text.includes('%')) return undefined;
  const address = ipaddr.process(text);
  if (!(address instanceof ipaddr.IPv6) || !address.match(NAT64, 96)) return address;
  return ipaddr.fromByteArray(address.toByteArray().slice(12));
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || address.toString() === AZURE_HOST) return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_IPV6, 3);
}
