/** Tasks that wait for their conversion and that are converted, in all processes. */
export interface QueueState {
  /** UPLOADED. */
  waiting: number;
  /** Those of them for which a conversion message is on its way; others follow by their turns. */
  enqueued: number;
  /** Users of whom a task waits, and none is converted: each has one task that is next. */
  first: number;
  /** Under a lease. */
  running: number;
  /** Seconds for which the oldest task waits; 0 if none waits. */
  oldestSeconds: number;
}

/** Messages of webhooks that are not delivered. */
export interface WaitingDeliveries {
  /** Their time has come, and no process has begun to send them. */
  due: number;
  /** They are being sent, or wait for their next try. */
  later: number;
}

export interface QueueStateStore {
  /** Undefined if the login of this process may not read tasks. */
  read(): Promise<QueueState | undefined>;
  /** Undefined if the login of this process may not read deliveries. */
  deliveries(): Promise<WaitingDeliveries | undefined>;
}
