import { countObservations } from './counters.ts';
import { addGauges, type GaugeSources } from './gauges.ts';
import { AggregatorRegistry, collectDefaultMetrics, Registry } from './prom-client.ts';

/** Metrics of this process, as Prometheus reads them. */
export interface Metrics {
  text(): Promise<string>;
  /** Answers the first process of a cluster, which adds up the metrics of all. */
  answerCluster(): void;
  /** Ends the counting. */
  close(): void;
}

/** The observers of Node.js cannot be ended, so that a process has them once. */
let ofNode: Registry | undefined;

/**
 * Begins to count. Metrics of Node.js come with those of the service: memory, CPU time, garbage collection, and the delay of the
 * event loop.
 */
export function createMetrics(sources: GaugeSources): Metrics {
  const own = new Registry();
  addGauges(own, sources);
  const close = countObservations(own);
  const all = Registry.merge([own, nodeRegistry()]);
  return {
    text: () => all.metrics(),
    answerCluster() {
      AggregatorRegistry.setRegistries(all);
      // Its constructor begins to listen.
      new AggregatorRegistry();
    },
    close,
  };
}

/** @returns text of the metrics of all processes that this one has started; rejects if one does not answer within 5 s */
export function createClusterMetrics(): () => Promise<string> {
  const registry = new AggregatorRegistry();
  return () => registry.clusterMetrics();
}

function nodeRegistry(): Registry {
  if (ofNode) return ofNode;
  ofNode = new Registry();
  collectDefaultMetrics({ register: ofNode });
  return ofNode;
}
