/** Connections of a pool. */
export interface PoolState {
  used: number;
  idle: number;
  /** Queries that wait for a connection. */
  waiting: number;
}
