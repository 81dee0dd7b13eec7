import { bytesField, varintField } from '../../protobuf/wire.ts';
import type { Check } from '../check.ts';
import { callHeaders } from '../credentials.ts';
import { finding } from '../finding.ts';
import type { UnaryResult } from '../net.ts';
import { excerpt } from '../wire-words.ts';

/** A worker gives its poll 70 s; a frontend without a task answers after about a minute, with nothing. */
const pollMs = 70_000;
const graceMs = 5_000;
/** No worker listens there, so no task is ever taken from anybody. */
const taskQueue = 'nexusctl-connect-test';

/** Polls as a worker does: proxies that end quiet calls cut every poll, and workers then only seem idle. */
export const longPoll: Check<'long-poll'> = {
  id: 'long-poll',
  title: 'a poll is held until the server answers it',
  layer: 'quality',
  needs: ['address', 'http2', 'system-info', 'namespace', 'token'],
  after: ['round-trip', 'nexus', 'message-size'],
  onTimeout: 'QOS004',
  deep: true,
  run: async (input) => {
    const session = input.evidence('http2')?.session;
    if (session === undefined) return { findings: [] };
    const name = input.subject.profile.namespace.value;
    const call = {
      path: '/temporal.api.workflowservice.v1.WorkflowService/PollWorkflowTaskQueue',
      message: pollRequest(name),
      headers: { ...callHeaders(input, session), 'grpc-timeout': `${String(pollMs / 1000)}S` },
    };
    const result = await session.unary(call, { timeoutMs: pollMs + graceMs, signal: input.signal });
    return judge(result);
  },
};

/** PollWorkflowTaskQueueRequest: namespace = 1, task_queue = 2 with name = 1 and kind = 2, identity = 3. */
function pollRequest(namespace: string): Uint8Array {
  const queue = Buffer.concat([bytesField(1, taskQueue), varintField(2, 1)]);
  return Buffer.concat([bytesField(1, namespace), bytesField(2, queue), bytesField(3, 'nexusctl connect-test')]);
}

function judge(result: UnaryResult): Awaited<ReturnType<typeof longPoll.run>> {
  const { grpcStatus, httpStatus, ms, headers, resetCode, errno } = result;
  if (grpcStatus === 0) return { findings: [], evidence: null };
  if (grpcStatus !== undefined && ![1, 2, 4, 13, 14].includes(grpcStatus)) {
    const words = excerpt(result.grpcMessage ?? '');
    return { notApplicable: `the server does not let this credential poll: status ${String(grpcStatus)} "${words}"` };
  }
  const seconds = (ms / 1000).toFixed(1);
  const server = headers['server'] === undefined ? '' : ` by ${headers['server']}`;
  const how =
    grpcStatus !== undefined
      ? `ends with status ${String(grpcStatus)} "${excerpt(result.grpcMessage ?? '')}"`
      : httpStatus !== undefined && httpStatus !== 200
        ? `is answered with HTTP ${String(httpStatus)}${server}`
        : resetCode !== undefined
          ? `is reset with code ${String(resetCode)}`
          : errno === 'ETIMEDOUT'
            ? 'has no answer'
            : 'is dropped with its connection';
  return {
    findings: [
      finding('QOS004', `a poll ${how} after ${seconds} s; workers wait for ${String(pollMs / 1000)} s`, {
        evidence: {
          ms,
          ...(httpStatus === undefined ? {} : { httpStatus }),
          ...(grpcStatus === undefined ? {} : { grpcStatus }),
          ...(resetCode === undefined ? {} : { resetCode }),
          ...(headers['server'] === undefined ? {} : { server: headers['server'] }),
        },
      }),
    ],
    evidence: null,
  };
}
