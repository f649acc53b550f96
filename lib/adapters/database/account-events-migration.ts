import type { Knex } from 'knex';
import { CHANGE_CHANNEL } from './task-change-triggers.ts';

/**
 * `deliveries_are_due`: for logins that may not read the deliveries, but must have them sent. It runs with the rights of its owner.
 *
 * `notify_disabled_webhook`: tells the streams of its user that the service disabled a webhook.
 */
export async function createAccountEvents(knex: Knex): Promise<void> {
  await knex.raw(`create function deliveries_are_due() returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
      select exists (select from webhook_deliveries d join webhooks w on w.id = d.webhook_id
        where d.ended_at is null and d.due_at <= now() and w.disabled_at is null)
    $$`);
  await knex.raw(`create function notify_disabled_webhook() returns trigger language plpgsql as $$
    begin
      perform pg_notify('${CHANGE_CHANNEL}', json_build_object('userId', new.user_id, 'webhookId', new.id)::text);
      return null;
    end $$`);
  await knex.raw(`create trigger notify_disabled after update on webhooks for each row
    when (old.disabled_at is null and new.disabled_at is not null and new.disabled_reason is not null)
    execute function notify_disabled_webhook()`);
}

/** Takes the migration back. */
export async function dropAccountEvents(knex: Knex): Promise<void> {
  await knex.raw('drop trigger notify_disabled on webhooks');
  await knex.raw('drop function notify_disabled_webhook()');
  await knex.raw('drop function deliveries_are_due()');
}
