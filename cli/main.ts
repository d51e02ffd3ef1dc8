import { CommanderError } from 'commander';
import { CommandLineError, oneLine } from './errors';
import { EXIT_ERROR, EXIT_OK } from './exit-codes';
import { plan } from './plan/command';
import { program } from './program';
import { release } from './release/command';
import { status } from './status/command';
import type { Terminal } from './terminal/terminal';

/** Runs the command that the arguments name, and gives its exit code. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = EXIT_OK;
  const commands = program({
    status: (options) => status(options, terminal),
    plan: (options) => plan(options, terminal),
    release: (options) => release(options, terminal),
  }, (code) => { exitCode = code; });
  try {
    await commands.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // It has said what is wrong, or the help that was asked for.
      return error.exitCode;
    }
    const { name, message } = error as Error;
    terminal.note(`error: ${error instanceof CommandLineError ? message : `${name}: ${oneLine(message)}`}`);
    return EXIT_ERROR;
  }
}
