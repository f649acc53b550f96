import { TRANSFER_MESSAGE, type TransferMessage } from '../../ports/transfers.ts';
import type { Router } from '../router.ts';
import type { InternalCallers } from '../service-auth.ts';
import { decodeMessage } from './decode.ts';
import { eventRoute } from './event-route.ts';

/** Throws `invalid_request`. */
async function decode(headers: Headers, body: string): Promise<TransferMessage> {
  const sentence = 'Expected a Pub/Sub message whose data or attributes are {taskId}.';
  return (await decodeMessage(headers, body, TRANSFER_MESSAGE, sentence)).message;
}

/** Makes the transfers of a message's task that are due. A try that fails is due again later, by its row; no message waits for it. */
export function transferRoute(
  callers: InternalCallers,
  handle: (message: TransferMessage) => Promise<void>,
): Router {
  return eventRoute(callers, decode, async (message, c) => {
    await handle(message);
    return c.body(null, 204);
  });
}

/** Logs a message that was delivered too often. Its transfer counts its own tries, and the sweep sends a new message while some are left. */
export function deadTransferRoute(callers: InternalCallers): Router {
  return eventRoute(
    callers,
    decode,
    async ({ taskId }, c) => {
      callers.log.warn('A message was delivered too often', { taskId, transfer: true });
      return c.body(null, 204);
    },
    '/transfers',
  );
}
