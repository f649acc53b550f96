import { BlockList, isIP } from 'node:net';

/** How many proxies stand in front, or the addresses and CIDR blocks of those that may. */
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
    const added = (forwardedFor ?? '').split(',').reverse().map(addressOf);
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

function within(networks: readonly string[]): (address: string) => boolean {
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

/** Without the port that some proxies add; an IPv4 address that comes as IPv6 is IPv4. */
function addressOf(text: string): string | undefined {
  const [, bracketed, mapped, plain] =
    /^(?:\[([0-9a-f:.]+)\](?::\d+)?|::ffff:(\d+(?:\.\d+){3})|(\d+(?:\.\d+){3}):\d+)$/i.exec(text.trim()) ??
    [];
  const address = bracketed ?? mapped ?? plain ?? text.trim();
  return isIP(address) === 0 ? undefined : address;
}
