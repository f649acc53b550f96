/** Limits on one conversion. Bytes and seconds. */
export interface AudioLimits {
  /** Size of the result. */
  readonly resultBytes: number;
  /** Duration of the original. */
  readonly durationSeconds: number;
  /** Wall-clock time of one conversion. */
  readonly conversionSeconds: number;
  /** Time without progress after which the service stops a program. */
  readonly stallSeconds: number;
}
