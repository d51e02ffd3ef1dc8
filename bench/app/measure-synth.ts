import { Kind } from './declarations';
import { bytesWritten, synthesize } from './synthesize';

const [kind, count] = process.argv.slice(2);
const { construct, synth, template } = synthesize(kind as Kind, Number(count));
console.log(JSON.stringify({ construct, synth, bytes: bytesWritten(template) }));
