import type { ListedRepository } from '../../cli/aws/registry';
import { parseRepositoryArn } from '../../lambda/ecr/repository';
import { Settings } from '../../src/shared/settings';
import { arnOf } from '../support/cloudtrail-events';

/** A repository as ECR lists it. */
export const listed = (name: string, settings: Settings | undefined): ListedRepository => ({ ...parseRepositoryArn(arnOf(name))!, settings });
