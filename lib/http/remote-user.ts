import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { createClientAddress, within } from '../runtime/client-address.ts';
import { AppError } from '../runtime/errors.ts';
import { incomingOf } from './connection.ts';

/** Finds the email of a user whom a trusted proxy has logged in. Throws `unauthenticated` if none has. */
export type RemoteUser = (c: Context) => string;

const EMAIL = z.email().max(254);

/**
 * @param header its name; names with underscores and repeated headers are refused, since proxies differ in what they
 * take for the same header
 * @param proxies addresses and blocks of those who are believed; the peer of the connection must be one
 */
export function createRemoteUser(header: string, proxies: readonly string[]): RemoteUser {
  const isTrusted = within(proxies);
  const addressOf = createClientAddress(0);
  return (c) => {
    const incoming = incomingOf(c);
    const peer = addressOf(incoming?.socket.remoteAddress, undefined);
    if (!incoming || peer === undefined || !isTrusted(peer)) throw noUser();
    const { data: email } = EMAIL.safeParse(onlyValue(incoming.rawHeaders, header));
    if (email === undefined) throw noUser();
    return email;
  };
}

/** Value of a header that came exactly once; undefined otherwise. */
function onlyValue(rawHeaders: readonly string[], name: string): string | undefined {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name.toLowerCase(),
  );
  return values.length === 1 ? values[0] : undefined;
}

function noUser(): AppError {
  return new AppError('unauthenticated', 'No trusted proxy names exactly one user with an email address.');
}
