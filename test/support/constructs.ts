import { App, Stack, StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { Construct } from 'constructs';
import { ImageTagMutability, ImageTagMutabilityProps } from '../../src';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';
export const ENV = { account: ACCOUNT, region: REGION };

export const { IMMUTABLE, MUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION } = ecr.TagMutability;

export function newStack(props?: StackProps, id = 'Stack', context?: Record<string, unknown>): Stack {
  return new Stack(new App({ analyticsReporting: false, context }), id, props);
}

export function arnOf(name: string, partition = 'aws', region = REGION): string {
  return `arn:${partition}:ecr:${region}:${ACCOUNT}:repository/${name}`;
}

/** Repositories are imported beside the stack's own tree, so that a test can say what a construct leaves in the stack. */
export function byArn(name: string): ecr.IRepository {
  return ecr.Repository.fromRepositoryArn(newStack(), 'Imported', arnOf(name));
}

let imports = 0;
export function byName(scope: Construct, name: string): ecr.IRepository {
  return ecr.Repository.fromRepositoryName(scope, `Imported${imports++}`, name);
}

export function wildcards(...patterns: string[]): ecr.ImageTagMutabilityExclusionFilter[] {
  return patterns.map((pattern) => ecr.ImageTagMutabilityExclusionFilter.wildcard(pattern));
}

export function declare(scope: Construct, props: Partial<ImageTagMutabilityProps> = {}, id = 'Declaration'): ImageTagMutability {
  return new ImageTagMutability(scope, id, { repository: byArn('team/app'), imageTagMutability: IMMUTABLE, ...props });
}

export interface Resource {
  readonly Type: string;
  readonly Properties: any;
  readonly Metadata?: any;
  readonly DependsOn?: string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export function resources(stack: Stack, type?: string): Record<string, Resource> {
  const all: Record<string, Resource> = Template.fromStack(stack).toJSON().Resources ?? {};
  return Object.fromEntries(Object.entries(all).filter(([, resource]) => type === undefined || resource.Type === type));
}

export function only(stack: Stack, type: string): Resource {
  const found = Object.values(resources(stack, type));
  expect(found).toHaveLength(1);
  return found[0];
}

export const DECLARATION = 'Custom::ECRImageTagMutability';

/** Where a stack is deployed to, and what CloudFormation gives its pseudo parameters there. */
export function placeOf(partition: string, region: string): Record<string, string> {
  return {
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::AccountId': ACCOUNT,
    'AWS::StackId': `arn:${partition}:cloudformation:${region}:${ACCOUNT}:stack/${'s'.repeat(128)}/5f3c1a90-0000-11ee-be56-0242ac120002`,
  };
}

const DEFAULT_PLACE = placeOf('aws', 'us-east-1');

/** What CloudFormation makes of a value at deployment. */
export function deployed(value: any, place = DEFAULT_PLACE): any {
  const inner = (part: unknown) => deployed(part, place);
  if (Array.isArray(value)) {
    return value.map(inner);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (typeof value.Ref === 'string') {
    return place[value.Ref] ?? 'physical-name-of-'.concat(value.Ref);
  }
  if (value['Fn::Sub']) {
    return value['Fn::Sub'].replace(/\$\{([^}]+)\}/g, (_: string, Ref: string) => inner({ Ref }));
  }
  if (value['Fn::Join']) {
    return inner(value['Fn::Join'][1]).join(value['Fn::Join'][0]);
  }
  if (value['Fn::GetAtt']) {
    return `arn:aws:service:us-east-1:${ACCOUNT}:kind:a-name-that-cloudformation-has-generated-${value['Fn::GetAtt'].join('-')}`;
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inner(part)]));
}

export function statementsOf(resource: Resource): any[] {
  return deployed(resource.Properties.PolicyDocument.Statement);
}
