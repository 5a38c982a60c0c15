import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { record } from './drain-record.js';
import { drainPicture } from './drain-svg.js';

/** Draws the animated picture of the README from a real run against simulated providers. */
const recording = await record();
writeFileSync(fileURLToPath(new URL('../../docs/pictures/drain.svg', import.meta.url)), drainPicture(recording));
