import proto, { type temporal } from '@temporalio/proto';
import type { Account } from '../account.ts';
import type { Handlers } from '../grpc.ts';
import { failureReason, operationState, type Operation } from '../operations.ts';
import { refusal } from '../refusal.ts';
import { duration, timestamp } from './time.ts';

const { State } = proto.temporal.api.cloud.operation.v1.AsyncOperation;

/** How often a client is asked to look: `check_duration`. */
const checkMs = 100;

type CloudService = temporal.api.cloud.cloudservice.v1.CloudService;
export function cloudOperations(account: Account): Handlers<CloudService> {
  return {
    GetAsyncOperation: (request) => {
      const id = request.asyncOperationId ?? '';
      const operation = account.operations.get(id);
      if (operation === undefined) throw refusal('NOT_FOUND', `async operation ${id} not found`);
      return { asyncOperation: operationMessage(account, operation) };
    },
  };
}

export function operationMessage(
  account: Account,
  operation: Operation,
): temporal.api.cloud.operation.v1.IAsyncOperation {
  const now = account.now();
  const { id, type, startedAt, finishesAt } = operation;
  return {
    id,
    state: State[`STATE_${operationState(operation, now)}`],
    checkDuration: duration(checkMs),
    operationType: type,
    failureReason: failureReason(operation, now),
    startedTime: timestamp(startedAt),
    ...(now >= finishesAt ? { finishedTime: timestamp(finishesAt) } : {}),
  };
}
