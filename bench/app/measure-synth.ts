import { Kind } from './declarations';
import { synthesize } from './synthesize';

const [kind, count] = process.argv.slice(2);
const { construct, synth } = synthesize(kind as Kind, Number(count));
console.log(JSON.stringify({ construct, synth }));
