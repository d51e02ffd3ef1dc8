import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { RESOURCE_TYPE, type ResourceProperties } from '../../src/shared/contract';
import type { Settings } from '../support/emulators/ecr';
import { LOOPBACK } from '../support/emulators/ports';

/** What the function answers to CloudFormation, so far as tests look at it. */
export interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly PhysicalResourceId: string;
  readonly Reason?: string;
}

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
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, LOOPBACK, listening));
    const events = new Events(lambda, server);
    server.on('request', (request: IncomingMessage, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => body += chunk.toString());
      request.on('end', () => {
        events.answersAt(request.url ?? '').push(JSON.parse(body) as Answer);
        response.end();
      });
    });
    return events;
  }

  private readonly answers = new Map<string, Answer[]>();

  private constructor(private readonly lambda: LambdaClient, private readonly server: Server) {}

  make(stackId: string, logicalId: string, text: EventText): HandmadeEvent {
    return {
      ResponseURL: `http://${LOOPBACK}:${(this.server.address() as AddressInfo).port}/${randomUUID()}`,
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
    this.server.close();
    this.server.closeAllConnections();
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
