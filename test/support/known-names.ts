import { promises as dns } from 'node:dns';

/** Makes every name but those of this machine unknown, so that no test asks a name server, or sends a message to example.com. */
export function knowOnlyThisMachine(): void {
  const { lookup } = dns;
  const guarded = async (name: string, options: { all: true }) => {
    if (name === 'localhost') return lookup(name, options);
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
  };
  Object.assign(dns, { lookup: guarded });
}
