/**
 * What a month of the serverless root costs. Prices are Google's list prices in US dollars for regions of tier 1
 * (us-central1; europe-west1 differs by a few percent), as its pricing pages had them in mid 2026, free tiers left out
 * where they don't matter. Nothing here was billed; it is arithmetic.
 */
interface Size {
  readonly conversionsPerDay: number;
  /** Whether there is a load balancer with Cloud Armor. */
  readonly front: boolean;
  /** Dollars an hour of one machine, number of zones, and disk of the database. */
  readonly sql: { readonly hour: number; readonly zones: number; readonly diskGb: number };
  /** Memory of the functions that people call. */
  readonly publicGib: number;
}

/** Cloud SQL's prices of a shared-core machine with 1.7 GB, and of CPUs and memory. */
const G1_SMALL = 0.035;
const custom = (cpus: number, gib: number) => cpus * 0.0413 + gib * 0.007;

const SMALL: Size = {
  conversionsPerDay: 0,
  front: false,
  sql: { hour: G1_SMALL, zones: 1, diskGb: 10 },
  publicGib: 2,
};
const STANDARD: Size = {
  conversionsPerDay: 0,
  front: true,
  sql: { hour: custom(2, 7.5), zones: 2, diskGb: 10 },
  publicGib: 1,
};
const LARGE: Size = {
  ...STANDARD,
  conversionsPerDay: 1_000_000,
  sql: { hour: custom(8, 30), zones: 2, diskGb: 500 },
};

/** A day of a service that few people use. */
const FEW = 100;

/** What one conversion is taken to be. */
const EACH = { originalMb: 10, resultMb: 4, seconds: 5, requests: 5, requestSeconds: 0.1, sharing: 10 };

/** Seconds of one sweep that finds nothing to do. */
const SWEEP_SECONDS = 0.5;

/** Names that the functions of one conversion look up in the network. */
const LOOK_UPS = 6;

const HOURS = 730;
const DAYS = 30;

/** One line of the estimate: dollars a month. */
interface Item {
  readonly name: string;
  readonly how: string;
  readonly price: (size: Size) => number;
}

const conversions = ({ conversionsPerDay }: Size) => conversionsPerDay * DAYS;
const requests = (size: Size) => conversions(size) * EACH.requests;

const ITEMS: readonly Item[] = [
  {
    name: 'Cloud SQL; in `standard` with a standby in a second zone',
    how: '`db-g1-small` $0.035 x 730 h, or (CPUs x $0.0413 + GiB x $0.007) x 730 h x 2; disk GB x $0.17 a zone; backups of the size of the disk x $0.08',
    price: ({ sql: { hour, zones, diskGb } }) => (hour * HOURS + diskGb * 0.17) * zones + diskGb * 0.08,
  },
  {
    name: 'convert',
    how: `conversions x ${EACH.seconds} s x (2 CPUs x $0.000024 + 8 GiB x $0.0000025)`,
    price: (size) => conversions(size) * EACH.seconds * (2 * 0.000024 + 8 * 0.0000025),
  },
  {
    name: 'Other functions',
    how: `requests x ${EACH.requestSeconds} s / ${EACH.sharing} that share an instance x (1 CPU, 1 GiB; \`api\` 2 GiB) + $0.40 a million`,
    price: (size) =>
      requests(size) *
      ((EACH.requestSeconds / EACH.sharing) * (0.000024 + size.publicGib * 0.0000025) + 0.4 / 1e6),
  },
  {
    name: 'Sweep and health',
    how: `21,900 sweeps x ${SWEEP_SECONDS} s x (1 CPU, 0.5 GiB); 6 places ask 43,800 times x ${EACH.requestSeconds} s x (1 CPU, 0.5 GiB; \`api\` 2 GiB)`,
    price: ({ front }) =>
      HOURS * 30 * SWEEP_SECONDS * (0.000024 + 0.5 * 0.0000025) +
      HOURS * 60 * 6 * EACH.requestSeconds * (0.000024 + (front ? 0.5 : 2) * 0.0000025) +
      (HOURS * (30 + 60 * 6) * 0.4) / 1e6,
  },
  {
    name: 'Originals, kept 30 days on average',
    how: `conversions of 30 days x ${EACH.originalMb} MB x $0.02 a GB`,
    price: (size) => (conversions(size) * EACH.originalMb * 0.02) / 1000,
  },
  {
    name: 'Results, 30 days (`retention_days`)',
    how: `conversions of 30 days x ${EACH.resultMb} MB x $0.02 a GB`,
    price: (size) => (conversions(size) * EACH.resultMb * 0.02) / 1000,
  },
  {
    name: 'Operations on objects',
    how: 'conversions x (2 of class A x $5 + 6 of class B x $0.40) a million',
    price: (size) => (conversions(size) * (2 * 5 + 6 * 0.4)) / 1e6,
  },
  {
    name: 'Downloads',
    how: `conversions x ${EACH.resultMb} MB; $0.12 a GB to 1 TB, $0.11 to 10 TB, $0.08 beyond`,
    price: (size) => transfer((conversions(size) * EACH.resultMb) / 1000),
  },
  {
    name: 'Load balancer',
    how: '2 forwarding rules, $0.025 x 730 h; requests x 4 KB x $0.008 a GB',
    price: (size) => (size.front ? 0.025 * HOURS + ((requests(size) * 4) / 1e6) * 0.008 : 0),
  },
  {
    name: 'Cloud Armor',
    how: 'policy $5 + 3 rules x $1 + requests x $0.75 a million',
    price: (size) => (size.front ? 5 + 3 + (requests(size) * 0.75) / 1e6 : 0),
  },
  {
    name: 'Pub/Sub',
    how: 'conversions x 5 deliveries and publications, 2 of them for a webhook, x 1 KB x $40 a TB',
    price: (size) => ((conversions(size) * 5) / 1e9) * 40,
  },
  {
    name: 'Cloud DNS',
    how: `1 zone, $0.20; conversions x ${LOOK_UPS} names of Google's APIs x $0.40 a million`,
    price: (size) => 0.2 + (conversions(size) * LOOK_UPS * 0.4) / 1e6,
  },
  {
    name: 'Logs',
    how: 'requests x 2 lines x 1 KB + conversions x 1 KB, beyond 50 GB $0.50 a GB',
    price: (size) => Math.max(0, (requests(size) * 2 + conversions(size)) / 1e6 - 50) * 0.5,
  },
  {
    name: 'Images, secrets, schedules, alerts, builds',
    how: '40 GB x $0.10 + 3 secrets x $0.06 + 12 conditions x $0.10; builds within 2,500 free minutes',
    price: () => 40 * 0.1 + 3 * 0.06 + 12 * 0.1,
  },
];

function transfer(gb: number): number {
  return Math.min(gb, 1000) * 0.12 + within(gb, 1000, 10_000) * 0.11 + within(gb, 10_000, Infinity) * 0.08;
}

function within(amount: number, from: number, to: number): number {
  return Math.max(0, Math.min(amount, to) - from);
}

/** The estimate as a table in Markdown. */
export function costTable(): string {
  const few = (size: Size) => ({ ...size, conversionsPerDay: FEW });
  const sizes = [SMALL, few(SMALL), STANDARD, few(STANDARD), LARGE];
  const row = (name: string, price: (size: Size) => number, how: string) => [
    name,
    ...sizes.map((size) => dollars(price(size))),
    how,
  ];
  const rows = [
    ...ITEMS.map(({ name, how, price }) => row(name, price, how)),
    row('**Together**', together, ''),
    row('Each 1,000 conversions more', perThousand, 'from 100 a day on; at a million a day the mean'),
  ];
  return [
    '| a month, US dollars | `small`, idle | `small`, 100 a day | `standard`, idle | `standard`, 100 a day | `standard`, a million a day | how |',
    '|---|---:|---:|---:|---:|---:|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

/** Dollars of a month in which nothing is converted. */
export const IDLE = { small: together(SMALL), standard: together(STANDARD) };

function together(size: Size): number {
  return ITEMS.reduce((sum, { price }) => sum + price(size), 0);
}

function perThousand(size: Size): number {
  const idle = { ...size, conversionsPerDay: 0 };
  const busy = size.conversionsPerDay === 0 ? { ...size, conversionsPerDay: FEW } : size;
  return ((together(busy) - together(idle)) / conversions(busy)) * 1000;
}

function dollars(amount: number): string {
  return amount.toLocaleString('en-US', {
    minimumFractionDigits: amount < 10 ? 2 : 0,
    maximumFractionDigits: amount < 10 ? 2 : 0,
  });
}
