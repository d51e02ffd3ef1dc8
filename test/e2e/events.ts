import { randomUUID } from 'node:crypto';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { RESOURCE_TYPE, type ResourceProperties } from '../../src/shared/contract';
import type { Answer } from '../support/emulators/deliver';
import type { Settings } from '../support/emulators/ecr';
import { startHttpServer, type HttpServer } from '../support/emulators/http-server';

/** A declaration as it is written in an event. */
export interface Declared {
  readonly arn: string;
  readonly settings: Settings;
}

/** What CloudFormation would send about one resource of a stack. */
export type EventText =
  | { readonly type: 'Create'; readonly declared: Declared }
  | { readonly type: 'Update'; readonly physicalId: string; readonly declared: Declared; readonly before: Declared }
  | { readonly type: 'Delete'; readonly physicalId: string; readonly declared: Declared };

/** An event that can be delivered, more than once. */
export interface HandmadeEvent {
  readonly ResponseURL: string;
}

/** CloudFormation played by hand, for what the emulated one never sends: it makes events, delivers them, and takes the answers. */
export class Events {
  static async start(lambda: LambdaClient): Promise<Events> {
    const events = new Events(lambda);
    events.server = await startHttpServer((request, response, body) => {
      events.answersAt(request.url ?? '').push(JSON.parse(body) as Answer);
      response.end();
    });
    return events;
  }

  private readonly answers = new Map<string, Answer[]>();
  private server!: HttpServer;

  private constructor(private readonly lambda: LambdaClient) {}

  make(stackId: string, logicalId: string, text: EventText): HandmadeEvent {
    return {
      ResponseURL: `${this.server.url}/${randomUUID()}`,
      RequestType: text.type,
      RequestId: randomUUID(),
      ResourceType: RESOURCE_TYPE,
      StackId: stackId,
      LogicalResourceId: logicalId,
      ResourceProperties: properties(text.declared),
      ...text.type !== 'Create' && { PhysicalResourceId: text.physicalId },
      ...text.type === 'Update' && { OldResourceProperties: properties(text.before) },
    } as HandmadeEvent;
  }

  /** Invokes the function, waits for its end, and answers all that it has answered to this event so far. */
  async deliver(functionName: string, event: HandmadeEvent): Promise<readonly Answer[]> {
    await this.lambda.send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }));
    return this.answersAt(new URL(event.ResponseURL).pathname);
  }

  stop(): void {
    this.server.stop();
  }

  private answersAt(path: string): Answer[] {
    const answers = this.answers.get(path) ?? [];
    this.answers.set(path, answers);
    return answers;
  }
}

function properties({ arn, settings }: Declared): ResourceProperties {
  return {
    RepositoryArn: arn,
    ImageTagMutability: settings.imageTagMutability,
    ...settings.filters.length > 0 && {
      ImageTagMutabilityExclusionFilters: settings.filters.map((filter) => ({
        ImageTagMutabilityExclusionFilterType: 'WILDCARD' as const, ImageTagMutabilityExclusionFilterValue: filter,
      })),
    },
  };
}
