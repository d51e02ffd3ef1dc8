import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateRepositoryCommand, DeleteRepositoryCommand, DescribeRepositoriesCommand, ECRClient, ListTagsForResourceCommand,
  PutImageTagMutabilityCommand, TagResourceCommand, UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import { DeclarationId, keyOf, ownershipTagsOf, stackNameOf } from '../../../lambda/protocol/operation';
import { Precedence, writeDeclaration } from '../../../lambda/protocol/record';
import { Settings } from '../../../src/shared/settings';
import { arnOf } from '../../support/cloudtrail-events';
import { recordOf, settingsOf } from '../../support/emulators/ecr';
import { bareEnvironment, CREDENTIALS, REGION, type Environment } from '../../support/emulators/environment';
import { startMoto } from '../../support/emulators/moto';
import { freePorts, LOOPBACK } from '../../support/emulators/ports';
import { onExit, type ProcessGroup } from '../../support/emulators/process-group';
import { virtualEnvironment } from '../../support/emulators/virtual-environment';
import { ownershipTagOf } from '../../support/fake-stack';
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
    return new Registry(python, moto, url, await serveAws(url), env);
  }

  readonly env: Environment;

  readonly ecr: ECRClient;
  private readonly cloudFormation: CloudFormationClient;
  private readonly stacks = new Set<string>();

  private constructor(
    private readonly python: string, private readonly moto: ProcessGroup, endpoint: string, readonly aws: HttpAws, env: Environment,
  ) {
    this.ecr = new ECRClient({ region: REGION, credentials: CREDENTIALS, endpoint });
    this.cloudFormation = new CloudFormationClient({ region: REGION, credentials: CREDENTIALS, endpoint });
    this.env = { ...env, AWS_ENDPOINT_URL: aws.url };
  }

  async stop(): Promise<void> {
    this.moto.stop();
    await this.aws[Symbol.asyncDispose]();
  }

  /** Back to an empty registry, without faults. */
  async clear(): Promise<void> {
    await Promise.all((await this.names()).map((repositoryName) => this.ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true }))));
    await Promise.all([...this.stacks].map((name) => this.remove(name)));
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
  async declare(repositoryName: string, stack: string | DeclarationId, settings: Settings, sequence = 1): Promise<void> {
    await this.declareBy(typeof stack === 'string' ? declarationIdOf(stack) : stack, repositoryName, settings, { sequence, revision: 0 });
  }

  /** The same for a rule, which was created at this time. */
  async declareByRule(repositoryName: string, rule: DeclarationId, settings: Settings, ruleCreated = LONG_AGO): Promise<void> {
    await this.declareBy(rule, repositoryName, settings, { ruleCreated });
  }

  private async remove(StackName: string): Promise<void> {
    await this.cloudFormation.send(new DeleteStackCommand({ StackName }));
    this.stacks.delete(StackName);
  }

  private async declareBy(id: DeclarationId, repositoryName: string, settings: Settings, precedence: Precedence): Promise<void> {
    const declared = { precedence, stackName: stackNameOf(id), since: LONG_AGO, token: TOKEN, settings };
    const tags = [...writeDeclaration({ key: keyOf(id), declared, original: MUTABLE }), ...ownershipTagsOf(id)];
    await this.ecr.send(new TagResourceCommand({ resourceArn: arnOf(repositoryName), tags: tags.map(([Key, Value]) => ({ Key, Value })) }));
    await this.put(repositoryName, settings);
  }

  /** A stack, with a resource of each logical id. The declaration of the first is given; so is what deletes the stack. */
  async deploy(StackName: string, ...logicalIds: string[]): Promise<{ id: DeclarationId; remove: () => Promise<void> }> {
    const Resources = Object.fromEntries(logicalIds.map((logicalId) => [logicalId, { Type: 'AWS::SNS::Topic' }]));
    const { StackId = '' } = await this.cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody: JSON.stringify({ Resources }) }));
    this.stacks.add(StackName);
    return {
      id: { stackId: StackId, logicalId: logicalIds[0]!, ownershipTag: { ...ownershipTagOf(StackName), value: StackId } },
      remove: () => this.remove(StackName),
    };
  }

  /** What ECR answers of a repository: its settings, and how many tags of the library it has. */
  async now(repositoryName: string): Promise<[string, number]> {
    const { imageTagMutability, filters } = await settingsOf(this.ecr, repositoryName);
    return [[imageTagMutability, ...filters].join(' '), (await recordOf(this.ecr, repositoryName)).length];
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

  /** Removes tags of the library whose keys end so, as a release that dies half way. */
  async forget(repositoryName: string, end: string): Promise<void> {
    const tagKeys = (await recordOf(this.ecr, repositoryName)).filter((key) => key.endsWith(end));
    await this.ecr.send(new UntagResourceCommand({ resourceArn: arnOf(repositoryName), tagKeys }));
  }

  /** In a terminal that is so many characters wide, with what is typed there. Both outputs come together. */
  async runInTerminal(args: readonly string[], width: number, typed = '', env: Environment = this.env): Promise<Ended> {
    const command = ['-c', TERMINAL, String(width), typed, process.execPath, COMMAND, ...args];
    return ended(spawn(this.python, command, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
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
    os.execv(sys.argv[3], sys.argv[3:])
os.write(fd, sys.argv[2].encode())
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
