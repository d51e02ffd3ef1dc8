import { spawnSync } from 'node:child_process';
import { Failure } from './failure';

/** What the pinned versions in `requirements.txt` need. */
const OLDEST = [3, 11] as const;
const NEED = `The emulators need Python ${OLDEST.join('.')} or newer`;
const FIX = 'install one, or name it in the variable PYTHON';

/** The Python to make the virtual environment with: `PYTHON` of the environment, or `python3` on the PATH. */
export function findPython(env: NodeJS.ProcessEnv = process.env): string {
  const python = env.PYTHON || 'python3';
  const found = spawnSync(python, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], { env, encoding: 'utf8' });
  if (found.error || found.status !== 0) {
    throw new Failure(`${NEED}, and \`${python}\` does not run: ${FIX}.`);
  }
  const version = found.stdout.trim();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Failure(`${NEED}, and \`${python}\` is ${version}: ${FIX}.`);
  }
  if (spawnSync(python, ['-c', 'import venv, ensurepip'], { env }).status !== 0) {
    throw new Failure(`The emulators need Python's venv module, and \`${python}\` has none: install it (on Debian and Ubuntu the package python3-venv).`);
  }
  return python;
}
