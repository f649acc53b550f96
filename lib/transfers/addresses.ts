import type { Outbound } from '../outbound/outbound.ts';
import { OutboundError } from '../outbound/outbound-error.ts';
import type { NewAddress } from '../ports/tasks.ts';
import type { AddressRules } from '../ports/transfers.ts';
import { AppError } from '../runtime/errors.ts';
import { withoutQueries } from '../runtime/redaction.ts';
import { nameInUrl } from './source-name.ts';

/** A place in a bucket of Cloud Storage. */
export interface BucketPlace {
  bucket: string;
  name: string;
}

/** Bytes of an object's name (Cloud Storage, "Object name requirements"). */
const NAME_BYTES = 1024;

/** @param buckets that users may name */
export function createAddressRules(
  outbound: Pick<Outbound, 'check'>,
  buckets: readonly string[],
): AddressRules {
  const checked = (text: string, path: string): URL => {
    try {
      outbound.check(text);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw new AppError('url_refused', error.message, { details: [{ path, message: error.message }] });
    }
    const url = new URL(text);
    url.hash = '';
    return url;
  };
  return {
    source(text) {
      const url = checked(text, 'url');
      return { ...addressOf(url), name: nameInUrl(url) };
    },
    destination(text) {
      if (!text.startsWith('gs:')) return addressOf(checked(text, 'destination'));
      const place = bucketPlace(text);
      if (!place) throw refused('Expected gs://BUCKET/NAME, with a name of at most 1024 bytes.');
      if (!buckets.includes(place.bucket)) throw refused(NOT_NAMED);
      return { url: text, secret: text };
    },
  };
}

/** Reads gs://BUCKET/NAME; undefined for anything else. */
export function bucketPlace(text: string): BucketPlace | undefined {
  const [, bucket, name] = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])\/(.+)$/s.exec(text) ?? [];
  if (bucket === undefined || name === undefined || !isObjectName(name)) return undefined;
  return { bucket, name };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern refuses control characters
const CONTROL = /[\u0000-\u001f\u007f]/;

const NOT_NAMED =
  `This service does not write to that bucket. Send a signed PUT URL instead, or let the operator name the
  bucket in DESTINATION_BUCKETS.`.replace(/\s+/g, ' ');

function isObjectName(name: string): boolean {
  return (
    Buffer.byteLength(name) <= NAME_BYTES &&
    name.isWellFormed() &&
    !CONTROL.test(name) &&
    !/^\.\.?$/.test(name)
  );
}

function refused(message: string): AppError {
  return new AppError('url_refused', message, { details: [{ path: 'destination', message }] });
}

function addressOf(url: URL): NewAddress {
  return { url: withoutQueries(url.href), secret: url.href };
}
