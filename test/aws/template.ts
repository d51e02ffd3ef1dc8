import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { ImageTagMutabilityExclusionFilter, Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { HANDLER } from './code';
import type { Template } from './scenario';
import { ImageTagMutability, ImageTagMutabilityProvider } from '../../src';
import { isMutability } from '../../src/shared/settings';

export interface TemplateOptions {
  readonly stackName: string;
  readonly env: { readonly account: string; readonly region: string };
  readonly template: Template;
  readonly isParallel?: boolean;
  readonly repositoryName: (shortName: string) => string;
  readonly logGroupName: string;
  readonly code: { readonly bucket: string; readonly key: string };
}

/** The stack as the library makes it. Only the function's code is another: the recorder in front of the library's bundle. */
export function renderTemplate({ stackName, env, template, isParallel, repositoryName, logGroupName, code }: TemplateOptions): string {
  const outdir = mkdtempSync(join(tmpdir(), 'verify-'));
  try {
    const app = new App({ analyticsReporting: false, outdir });
    const stack = new Stack(app, stackName, {
      env,
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
      // CloudFormation takes 51,200 bytes in the call itself.
      suppressTemplateIndentation: true,
    });
    // The log must outlive the stack: it is read when all is over.
    const provider = new ImageTagMutabilityProvider(stack, 'Provider', { logGroup: LogGroup.fromLogGroupName(stack, 'LogGroup', logGroupName) });
    const handler = provider.function.node.defaultChild as CfnResource;
    handler.addPropertyOverride('Code', { S3Bucket: code.bucket, S3Key: code.key });
    handler.addPropertyOverride('Handler', HANDLER);

    let previous: ImageTagMutability | undefined;
    for (const [logicalId, { repository, settings }] of Object.entries(template)) {
      // The function is to refuse what the construct would refuse before.
      const isValid = isMutability(settings.mutability);
      const declaration = new ImageTagMutability(stack, logicalId, {
        repository: Repository.fromRepositoryName(stack, `${logicalId}Repository`, repositoryName(repository)),
        imageTagMutability: isValid ? settings.mutability as TagMutability : TagMutability.MUTABLE,
        imageTagMutabilityExclusionFilters: settings.filters.length > 0
          ? settings.filters.map((filter) => ImageTagMutabilityExclusionFilter.wildcard(filter))
          : undefined,
        provider,
      });
      const resource = declaration.node.defaultChild as CfnResource;
      resource.overrideLogicalId(logicalId);
      if (!isValid) resource.addPropertyOverride('ImageTagMutability', settings.mutability);
      if (previous && !isParallel) declaration.node.addDependency(previous);
      previous = declaration;
    }
    return readFileSync(app.synth().getStackByName(stackName).templateFullPath, 'utf8');
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
