import { bytesField } from '../../protobuf/wire.ts';
import type { Check } from '../check.ts';
import { callHeaders } from '../credentials.ts';
import { finding } from '../finding.ts';
import { excerpt } from '../wire-words.ts';

const mebibyte = 1024 * 1024;
const sizes = [mebibyte, 2 * mebibyte, 3.9 * mebibyte];
/** A field that no version of the request has: the server passes over it. */
const unknownField = 30_000;

/** How large a request gets through: proxies have limits of their own, and only large payloads meet them. */
export const messageSize: Check<'message-size'> = {
  id: 'message-size',
  title: 'requests of up to 3.9 MiB get through',
  layer: 'quality',
  needs: ['address', 'http2', 'system-info', 'token'],
  onTimeout: 'QOS002',
  deep: true,
  run: async (input) => {
    const session = input.evidence('http2')?.session;
    if (session === undefined) return { findings: [] };
    for (const size of sizes) {
      const call = {
        path: '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo',
        message: bytesField(unknownField, Buffer.alloc(size)),
        headers: callHeaders(input, session),
      };
      const { grpcStatus, grpcMessage, httpStatus, headers } = await session.unary(call, {
        timeoutMs: 30_000,
        signal: input.signal,
      });
      if (grpcStatus === 0) continue;
      const server = headers['server'] ?? 'the server';
      const words = grpcMessage === undefined ? '' : `: "${excerpt(grpcMessage)}"`;
      const megabytes = `${(size / mebibyte).toFixed(1)} MiB`;
      const evidence = { bytes: size, ...(httpStatus === undefined ? {} : { httpStatus }) };
      return {
        findings: [
          httpStatus === 413
            ? finding('RPC013', `a request of ${megabytes} gets HTTP 413 from ${server}`, {
                severity: 'warning',
                evidence,
              })
            : finding('QOS002', `a request of ${megabytes} does not get through${words}`, { evidence }),
        ],
        evidence: null,
      };
    }
    return { findings: [], evidence: null };
  },
};
