import type { Connector } from '@google-cloud/cloud-sql-connector';
import type { DatabaseAddress } from './connection.ts';

export interface CloudSqlOptions {
  /** `project:region:name` */
  instance: string;
  /** Name of the database. */
  name: string;
  /** The service account's email address without `.gserviceaccount.com`. */
  user: string;
  address: 'PRIVATE' | 'PUBLIC';
}

/**
 * Address of Cloud SQL through Google's connector: TLS with a certificate that renews itself, and the service account's own
 * token instead of a password. Each connection is opened by the connector's `stream`.
 */
export async function cloudSqlAddress(
  connector: Pick<Connector, 'getOptions'>,
  { instance, name, user, address }: CloudSqlOptions,
): Promise<DatabaseAddress> {
  const { AuthTypes, IpAddressTypes } = await import('@google-cloud/cloud-sql-connector');
  const { stream } = await connector.getOptions({
    instanceConnectionName: instance,
    ipType: IpAddressTypes[address],
    authType: AuthTypes.IAM,
  });
  return { stream, user, database: name };
}
