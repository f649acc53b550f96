/**
 * What a month of the serverless root costs. Prices are Google's list prices in US dollars for regions of tier 1
 * (us-central1; europe-west1 differs by a few percent), as its pricing pages had them in mid 2026, free tiers left out
 * where they don't matter. Nothing here was billed; it is arithmetic.
 */
interface Size {
  readonly conversionsPerDay: number;
  readonly sqlCpus: number;
  readonly sqlGib: number;
  readonly sqlDiskGb: number;
}

const SMALL: Size = { conversionsPerDay: 100, sqlCpus: 2, sqlGib: 7.5, sqlDiskGb: 10 };
const LARGE: Size = { conversionsPerDay: 1_000_000, sqlCpus: 8, sqlGib: 30, sqlDiskGb: 500 };

/** What one conversion is taken to be. */
const EACH = { originalMb: 10, resultMb: 4, seconds: 5, requests: 5, requestSeconds: 0.1, sharing: 10 };

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
    name: 'Cloud SQL, a standby in a second zone',
    how: '(CPUs x $0.0413 + GiB x $0.007) x 730 h x 2; disk GB x $0.17 x 2',
    price: ({ sqlCpus, sqlGib, sqlDiskGb }) =>
      (sqlCpus * 0.0413 + sqlGib * 0.007) * HOURS * 2 + sqlDiskGb * 0.17 * 2,
  },
  {
    name: 'convert',
    how: `conversions x ${EACH.seconds} s x (2 CPUs x $0.000024 + 8 GiB x $0.0000025)`,
    price: (size) => conversions(size) * EACH.seconds * (2 * 0.000024 + 8 * 0.0000025),
  },
  {
    name: 'Other functions',
    how: `requests x ${EACH.requestSeconds} s / ${EACH.sharing} that share an instance x (1 CPU, 1 GiB) + $0.40 a million`,
    price: (size) =>
      requests(size) * ((EACH.requestSeconds / EACH.sharing) * (0.000024 + 0.0000025) + 0.4 / 1e6),
  },
  {
    name: 'Originals, kept 30 days on average',
    how: `conversions of 30 days x ${EACH.originalMb} MB x $0.02 a GB`,
    price: (size) => (conversions(size) * EACH.originalMb * 0.02) / 1000,
  },
  {
    name: 'Results, 30 days (`results_days`)',
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
    price: (size) => 0.025 * HOURS + ((requests(size) * 4) / 1e6) * 0.008,
  },
  {
    name: 'Cloud Armor',
    how: 'policy $5 + 3 rules x $1 + requests x $0.75 a million',
    price: (size) => 5 + 3 + (requests(size) * 0.75) / 1e6,
  },
  {
    name: 'Pub/Sub',
    how: 'conversions x 3 deliveries and publications x 1 KB x $40 a TB',
    price: (size) => ((conversions(size) * 3) / 1e9) * 40,
  },
  {
    name: 'Logs',
    how: 'requests x 2 lines x 1 KB + conversions x 1 KB, beyond 50 GB $0.50 a GB',
    price: (size) => Math.max(0, (requests(size) * 2 + conversions(size)) / 1e6 - 50) * 0.5,
  },
  {
    name: 'Images, secrets, schedules, alerts, builds',
    how: '40 GB x $0.10 + 3 secrets x $0.06 + 10 conditions x $0.10; builds within 2,500 free minutes',
    price: () => 40 * 0.1 + 3 * 0.06 + 10 * 0.1,
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
  const rows = ITEMS.map(({ name, how, price }) => [name, dollars(price(SMALL)), dollars(price(LARGE)), how]);
  const total = (size: Size) => dollars(ITEMS.reduce((sum, { price }) => sum + price(size), 0));
  return [
    '| a month, US dollars | small | large | how |',
    '|---|---:|---:|---|',
    ...[...rows, ['**Together**', total(SMALL), total(LARGE), '']].map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

function dollars(amount: number): string {
  return amount.toLocaleString('en-US', {
    minimumFractionDigits: amount < 10 ? 2 : 0,
    maximumFractionDigits: amount < 10 ? 2 : 0,
  });
}
