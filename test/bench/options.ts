/** Options of every benchmark. */
export interface BenchOptions {
  /** Whether to measure the same ratios in fewer rounds, within a minute. */
  quick: boolean;
}
