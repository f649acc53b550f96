/** The names of a CommonJS package, which a bundle would lose if it were imported dynamically itself. */
export {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  Registry,
} from 'prom-client';
