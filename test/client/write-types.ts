import { writeTypes } from './types.ts';

await writeTypes();
process.exit(0);
