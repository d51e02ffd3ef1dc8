import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateRepositoryCommand, DeleteRepositoryCommand, DescribeRepositoriesCommand, ECRClient, ListTagsForResourceCommand,
  PutImageTagMutabilityCommand, TagResourceCommand,
} from '@aws-sdk/client-ecr';
import { keyOf, ownershipTagsOf, stackNameOf } from '../../../lambda/protocol/operation';
import { writeDeclaration } from '../../../lambda/protocol/record';
import { Settings } from '../../../src/shared/settings';
import { arnOf } from '../../support/cloudtrail-events';
import { bareEnvironment, CREDENTIALS, REGION, type Environment } from '../../support/emulators/environment';
import { startMoto } from '../../support/emulators/moto';
import { freePorts, LOOPBACK } from '../../support/emulators/ports';
import { onExit, type ProcessGroup } from '../../support/emulators/process-group';
import { virtualEnvironment } from '../../support/emulators/virtual-environment';
import { HttpAws, serveAws, TagsByArn } from '../../support/http-aws';
import { ROOT } from '../../support/project';
import { MUTABLE } from '../../support/settings';
import { declarationIdOf, LONG_AGO, TOKEN } from '../../support/test-operation';

/** The command that the package has. `npm run compile` makes it. */
export const COMMAND = join(ROOT, 'lib/cli/index.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** moto as a registry, with what stands in for other services, and the command line run against it. */
export class Registry {
  static async start(): Promise<Registry> {
    const python = await virtualEnvironment();
    const [port] = await freePorts(1);
    const folder = mkdtempSync(join(tmpdir(), 'command-line-'));
    const env = bareEnvironment(folder);
    onExit(() => rmSync(folder, { recursive: true, force: true }));
    const moto = await startMoto({ python, folder, port: port!, env, dieWithParent: true });
    const url = `http://${LOOPBACK}:${port}`;
    return new Registry(python, moto, new ECRClient({ region: REGION, credentials: CREDENTIALS, endpoint: url }), await serveAws(url), env);
  }

  readonly env: Environment;

  private constructor(
    private readonly python: string, private readonly moto: ProcessGroup, readonly ecr: ECRClient, readonly aws: HttpAws, env: Environment,
  ) {
    this.env = { ...env, AWS_ENDPOINT_URL: aws.url };
  }

  async stop(): Promise<void> {
    this.moto.stop();
    await this.aws[Symbol.asyncDispose]();
  }

  /** Back to an empty registry, without faults. */
  async clear(): Promise<void> {
    await Promise.all((await this.names()).map((repositoryName) => this.ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true }))));
    Object.assign(this.aws, { events: [], tags: new Map(), fault: () => undefined, before: () => {} });
    this.aws.calls.length = 0;
  }

  async create(repositoryName: string, settings: Settings = MUTABLE): Promise<void> {
    await this.ecr.send(new CreateRepositoryCommand({ repositoryName, tags: [{ Key: 'owner', Value: 'team' }] }));
    await this.put(repositoryName, settings);
  }

  async put(repositoryName: string, { mutability, filters }: Settings): Promise<void> {
    await this.ecr.send(new PutImageTagMutabilityCommand({
      repositoryName,
      imageTagMutability: mutability,
      ...filters.length > 0 && { imageTagMutabilityExclusionFilters: filters.map((filter) => ({ filterType: 'WILDCARD' as const, filter })) },
    }));
  }

  /** Records a declaration, and puts its settings, as the function does. */
  async declare(repositoryName: string, stack: string, settings: Settings, sequence = 1): Promise<void> {
    const id = declarationIdOf(stack);
    const declared = { precedence: { sequence, revision: 0 }, stackName: stackNameOf(id), since: LONG_AGO, token: TOKEN, settings };
    const tags = [...writeDeclaration({ key: keyOf(id), declared, original: MUTABLE }), ...ownershipTagsOf(id)];
    await this.ecr.send(new TagResourceCommand({ resourceArn: arnOf(repositoryName), tags: tags.map(([Key, Value]) => ({ Key, Value })) }));
    await this.put(repositoryName, settings);
  }

  /** All tags as they are now: what the Tagging API answers when it does not lag. */
  async tags(): Promise<TagsByArn> {
    return new Map(await Promise.all((await this.names()).map(async (name) => {
      const { tags = [] } = await this.ecr.send(new ListTagsForResourceCommand({ resourceArn: arnOf(name) }));
      return [arnOf(name), Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))] as const;
    })));
  }

  /** Runs the command line, in an environment of its own. */
  async run(args: readonly string[], env: Environment = this.env): Promise<Ended> {
    return this.start(args, env).ended;
  }

  /** Starts it, so that it can be interrupted as by Ctrl-C. */
  start(args: readonly string[], env: Environment = this.env): { interrupt: () => void; ended: Promise<Ended> } {
    const child = spawn(process.execPath, [COMMAND, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    return { interrupt: () => child.kill('SIGINT'), ended: ended(child) };
  }

  /** In a terminal that is so many characters wide. Both outputs come together. */
  async runInTerminal(args: readonly string[], width: number): Promise<Ended> {
    const command = ['-c', TERMINAL, String(width), process.execPath, COMMAND, ...args];
    return ended(spawn(this.python, command, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** By a shell, for pipes. */
  async runInShell(command: string): Promise<Ended> {
    return new Promise((resolve) => execFile('/bin/sh', ['-c', command], { env: { ...this.env, NODE: process.execPath, COMMAND } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr })));
  }

  private async names(): Promise<string[]> {
    const { repositories = [] } = await this.ecr.send(new DescribeRepositoriesCommand({}));
    return repositories.map(({ repositoryName = '' }) => repositoryName);
  }
}

async function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

const TERMINAL = `
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 40, int(sys.argv[1]), 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
while True:
    try:
        data = os.read(fd, 65536)
    except OSError:
        break
    if not data:
        break
    os.write(1, data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
