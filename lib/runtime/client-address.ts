import { BlockList, isIP } from 'node:net';

/** Number of trusted proxies in front of the service, or their addresses and CIDR blocks. */
export type TrustedProxies = number | readonly string[];

/**
 * Finds the address of a client: the peer of the connection or, as long as that is a trusted proxy, the address that the
 * proxy added at the end of X-Forwarded-For. Addresses further left come from the client and are ignored.
 */
export function createClientAddress(
  trusted: TrustedProxies,
): (peer: string | undefined, forwardedFor: string | null | undefined) => string | undefined {
  const isTrusted = typeof trusted === 'number' ? (_: string, hop: number) => hop < trusted : within(trusted);
  return (peer = '', forwardedFor) => {
    let client = addressOf(peer);
    if (!forwardedFor) return client;
    const added = forwardedFor.split(',').reverse().map(addressOf);
    for (const [hop, next] of added.entries()) {
      if (client === undefined || next === undefined || !isTrusted(client, hop)) break;
      client = next;
    }
    return client;
  };
}

/** Whether a text is an IP address, or a block of them such as 10.0.0.0/8. */
export function isNetwork(text: string): boolean {
  const { address, prefix } = parts(text);
  const bits = isIP(address) === 4 ? 32 : 128;
  return (
    isIP(address) !== 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  );
}

/** A test of IPv4 and IPv6 addresses against addresses and CIDR blocks. */
export function within(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const { address, prefix } = parts(network);
    const type = familyOf(address);
    if (prefix === undefined) list.addAddress(address, type);
    else list.addSubnet(address, Number(prefix), type);
  }
  return (address) => list.check(address, familyOf(address));
}

function parts(network: string): { address: string; prefix: string | undefined } {
  const [address = '', prefix] = network.split(/\/(.*)/s, 2);
  return { address, prefix };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** Removes the port that some proxies add, and converts IPv4 addresses in IPv6 notation to IPv4. */
function addressOf(text: string): string | undefined {
  const [, bracketed, mapped, plain] =
    /^(?:\[([0-9a-f:.]+)\](?::\d+)?|::ffff:(\d+(?:\.\d+){3})|(\d+(?:\.\d+){3}):\d+)$/i.exec(text.trim()) ??
    [];
  const address = bracketed ?? mapped ?? plain ?? text.trim();
  return isIP(address) === 0 ? undefined : address;
}
