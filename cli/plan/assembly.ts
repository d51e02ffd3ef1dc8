import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLineError } from '../errors';

export interface TemplateResource {
  readonly stack: string;
  /** Of the stack. Absent where only its deployment tells. */
  readonly account?: string;
  readonly region?: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Artifact {
  readonly type?: string;
  readonly environment?: string;
  readonly properties?: { readonly templateFile?: string; readonly stackName?: string; readonly directoryName?: string };
}

/** The resources of all stacks in a cloud assembly, also of nested ones, and in the assemblies of its stages. */
export function readAssembly(folder: string): TemplateResource[] {
  const { artifacts } = readJson(join(folder, 'manifest.json')) as { artifacts?: Readonly<Record<string, Artifact>> };
  return Object.entries(artifacts ?? {}).flatMap(([id, { type, environment, properties }]) => {
    if (type === 'cdk:cloud-assembly' && properties?.directoryName) {
      return readAssembly(join(folder, properties.directoryName));
    }
    return type === 'aws:cloudformation:stack' && properties?.templateFile
      ? readTemplate(folder, properties.templateFile, properties.stackName ?? id, environment)
      : [];
  });
}

interface Resource {
  readonly Type?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

function readTemplate(folder: string, file: string, stack: string, environment: string | undefined): TemplateResource[] {
  const { Resources } = readJson(join(folder, file)) as { Resources?: Readonly<Record<string, Resource>> };
  const [, account, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(environment ?? '') ?? [];
  return Object.entries(Resources ?? {}).flatMap(([logicalId, { Type: type = '', Properties: properties = {}, Metadata: metadata = {} }]) => {
    const nested = metadata['aws:asset:path'];
    return type === 'AWS::CloudFormation::Stack' && typeof nested === 'string'
      ? readTemplate(folder, nested, `${stack}/${logicalId}`, environment)
      : [{ stack, account: known(account), region: known(region), logicalId, type, properties }];
  });
}

const known = (value: string | undefined): string | undefined => value?.startsWith('unknown-') ? undefined : value;

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    throw new CommandLineError(`--app: ${(error as Error).message}. Give the folder that cdk synth writes, which is cdk.out as a rule`);
  }
}
