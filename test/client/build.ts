import { buildClient } from './bundle.ts';

await buildClient();
