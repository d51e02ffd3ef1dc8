import { main } from './main';
import { processTerminal } from './terminal/terminal';

// The SDK warns of a Node.js for which it will get no more updates. Those are not this bundle's user's to install.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Whoever reads the output may have seen enough, such as `head`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
}

void main(process.argv.slice(2), processTerminal).then((exitCode) => {
  process.exitCode = exitCode;
});
