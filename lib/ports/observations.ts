import type { ErrorCode } from '../runtime/errors.ts';
import { createObservable } from '../runtime/observable.ts';
import type { TransferKind } from './transfers.ts';

/** An answered request. */
export interface ObservedRequest {
  method: string;
  /** Path pattern of its route, never its path. */
  route: string;
  status: number;
  /** Until the head of the answer. */
  seconds: number;
}

/** Bytes of one exchange as the connection counts them, with headers. */
export interface ObservedBytes {
  received: number;
  sent: number;
}

/** Ways in which an attempt to convert a task ends. */
export const CONVERSION_OUTCOMES = ['converted', 'failed', 'again', 'released'] as const;

/** An ended attempt. */
export interface ObservedConversion {
  /** Format of the result. */
  format: string;
  outcome: (typeof CONVERSION_OUTCOMES)[number];
  /** Reason of a failure; undefined for other outcomes. */
  code?: ErrorCode;
  seconds: number;
}

/** A try to send a message of a webhook. */
export interface ObservedDelivery {
  outcome: 'delivered' | 'again' | 'failed' | 'gone';
}

/** A try to transfer a file. */
export interface ObservedTransfer {
  kind: TransferKind;
  outcome: 'done' | 'again' | 'failed';
}

/** What this process does, for its metrics. */
export const observations = {
  requests: createObservable<ObservedRequest>(),
  bytes: createObservable<ObservedBytes>(),
  /** Refusals, by the name of the policy. */
  limits: createObservable<{ policy: string }>(),
  /** Seconds for which a task waited until its first attempt. */
  waits: createObservable<{ seconds: number }>(),
  conversions: createObservable<ObservedConversion>(),
  deliveries: createObservable<ObservedDelivery>(),
  transfers: createObservable<ObservedTransfer>(),
} as const;
