import pg from 'pg';
import type { DeliverySignals } from '../../ports/webhooks.ts';
import type { Log } from '../../runtime/log.ts';
import { clientConfig, type DatabaseAddress } from './connection.ts';
import { DELIVERY_CHANNEL } from './webhooks-migration.ts';

/** Milliseconds until a lost connection is opened again. */
const PAUSE = 1000;

/** Signals by LISTEN and NOTIFY, on a connection of their own for each call of `listen`. */
export function createDeliverySignals(address: DatabaseAddress, log: Log): DeliverySignals {
  return {
    async listen(onSignal) {
      let closed = false;
      let retry: NodeJS.Timeout | undefined;
      let client: pg.Client;

      const connect = async () => {
        client = new pg.Client({
          ...clientConfig(address),
          keepAlive: true,
          application_name: 'tonemill-deliveries',
        });
        client.on('notification', onSignal);
        client.on('error', (error) => {
          if (!closed)
            log.warn('The connection for signals of deliveries was lost; it is opened again', { error });
        });
        client.on('end', reconnect);
        await client.connect();
        await client.query(`listen ${DELIVERY_CHANNEL}`);
        onSignal();
      };
      const reconnect = () => {
        if (closed) return;
        clearTimeout(retry);
        retry = setTimeout(() => connect().catch(reconnect), PAUSE);
      };

      await connect();
      return async () => {
        closed = true;
        clearTimeout(retry);
        await client.end();
      };
    },
  };
}
