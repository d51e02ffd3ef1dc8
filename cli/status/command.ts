import { registryStatus } from './registry-status';
import { drifted, renderStatus, statusJson } from './render';
import { listRepositories } from '../aws/registry';
import { openSession } from '../aws/session';
import { EXIT_DRIFT, EXIT_ERROR, EXIT_OK } from '../exit-codes';
import type { CommonOptions } from '../options';
import { isSelected, refuseUselessFilters } from '../repository-filter';
import type { Terminal } from '../terminal/terminal';

/** What is declared in the registry, and whether it holds. */
export async function status(options: CommonOptions, terminal: Terminal): Promise<number> {
  refuseUselessFilters(options);
  const session = await openSession(options);
  const listed = (await listRepositories(session)).filter(({ name }) => isSelected(name, options));
  const result = await registryStatus(session, listed, terminal);
  terminal.print(options.json ? JSON.stringify(statusJson(result, session.region), undefined, 2) : renderStatus(result, terminal.width));
  result.problems.forEach((problem) => terminal.note(`warning: ${problem}`));
  if (drifted(result.repositories).length > 0) {
    return EXIT_DRIFT;
  }
  return result.problems.length > 0 ? EXIT_ERROR : EXIT_OK;
}
