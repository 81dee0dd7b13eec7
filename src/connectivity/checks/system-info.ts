import { readFields, numberOf, textOf, bytesField } from '../../protobuf/wire.ts';
import { statusFinding, transportFinding } from '../call-findings.ts';
import type { Check, CheckInput, PolicyAnnouncement, SystemInfo } from '../check.ts';
import { skewed } from '../clock-skew.ts';
import { callHeaders } from '../credentials.ts';
import { finding, type Finding } from '../finding.ts';
import type { Session, UnaryResult } from '../net.ts';
import { limitsOf } from '../way.ts';
import { excerpt } from '../wire-words.ts';
import { firstMessage } from '../grpc-frame.ts';

const service = '/temporal.api.workflowservice.v1.WorkflowService';

export const systemInfo: Check<'system-info'> = {
  id: 'system-info',
  title: 'a Temporal server answers',
  layer: 'grpc',
  needs: ['address', 'http2', 'token'],
  after: ['tls'],
  onTimeout: 'RPC010',
  run: async (input) => {
    const session = input.evidence('http2')?.session;
    if (session === undefined) return { findings: [] };
    const call = { path: `${service}/GetSystemInfo`, message: new Uint8Array(), headers: callHeaders(input, session) };
    const result = await session.unary(call, limitsOf(input, input.limitMs * 0.8));
    const failed = (await transportFinding(result, session, input)) ?? statusFinding(result, 'GetSystemInfo');
    if (failed !== null) return { findings: [failed] };
    if (result.grpcStatus !== 0) return refused(result, session, input);
    const info = parse(result);
    if (info === null) return { findings: [unreadable(result)] };
    return { findings: [], evidence: info };
  },
};

/** gRPC for Node takes the end of an answer without a whole message for success; the others do not. */
function unreadable({ body }: UnaryResult): Finding {
  if (firstMessage(body) !== null)
    return finding('RPC009', 'the answer to GetSystemInfo is no message that can be read');
  return finding('RPC009', 'the answer to GetSystemInfo holds no whole message', { affects: ['core', 'go'] });
}

async function refused(result: UnaryResult, session: Session, input: CheckInput) {
  const words = excerpt(result.grpcMessage ?? '');
  const evidence = { method: 'GetSystemInfo', grpcStatus: result.grpcStatus ?? -1, grpcMessage: words };
  const one = (found: Finding, info?: SystemInfo) => ({
    findings: [found],
    ...(info === undefined ? {} : { evidence: info }),
  });
  switch (result.grpcStatus ?? -1) {
    case 12: {
      if (await knowsNamespaces(session, input))
        return one(finding('TMP002', 'the server does not know GetSystemInfo: it is older than 1.14', { evidence }), {
          serverVersion: 'before 1.14',
          nexus: false,
          policy: null,
          ms: result.ms,
        });
      return one(finding('RPC003', `a gRPC server answers, but it is not Temporal: "${words}"`, { evidence }));
    }
    case 16:
      return one(
        skewed(result, input) ??
          finding('AUT001', `the server, or a gateway in front of it, does not accept the credential: "${words}"`, {
            evidence,
          }),
      );
    case 7:
      return one(
        skewed(result, input) ??
          finding(
            'AUT001',
            `GetSystemInfo is refused ("${words}"), which a Temporal server allows to everybody it knows: the credential is wrong, or a gateway in front refuses`,
            {
              evidence,
            },
          ),
      );
    default:
      return one(
        finding('RPC004', `the server answers GetSystemInfo with status ${String(result.grpcStatus)}: "${words}"`, {
          evidence,
        }),
      );
  }
}

/** A server from before GetSystemInfo still has namespaces; one that is not Temporal knows neither. */
async function knowsNamespaces(session: Session, input: CheckInput): Promise<boolean> {
  const message = bytesField(1, input.subject.profile.namespace.value);
  const call = { path: `${service}/DescribeNamespace`, message, headers: callHeaders(input, session) };
  const { grpcStatus } = await session.unary(call, limitsOf(input, 800));
  return grpcStatus !== undefined && grpcStatus !== 12;
}

/** GetSystemInfoResponse: server_version = 1, capabilities = 2 with nexus = 11 (temporal.api.workflowservice.v1). */
function parse(result: UnaryResult): SystemInfo | null {
  try {
    const message = firstMessage(result.body);
    if (message === null) return null;
    const fields = readFields(message);
    const version = fields.find(({ number }) => number === 1);
    const capabilities = fields.find(({ number }) => number === 2);
    const nexus =
      capabilities === undefined ? undefined : readFields(capabilities.value).find(({ number }) => number === 11);
    return {
      serverVersion: version === undefined ? '' : excerpt(textOf(version)),
      nexus: nexus !== undefined && numberOf(nexus) === 1,
      policy: announced(result.headers),
      ms: result.ms,
    };
  } catch {
    return null;
  }
}

function announced(headers: UnaryResult['headers']): PolicyAnnouncement | null {
  const state = (['enforced', 'callers-not-authenticated', 'off'] as const).find(
    (known) => known === headers['nexusctl-policy-state'],
  );
  if (state === undefined) return null;
  const digest = headers['nexusctl-policy-digest'];
  const problem = headers['nexusctl-policy-problem'];
  return {
    state,
    ...(digest !== undefined && /^[0-9a-f]{64}$/.test(digest) ? { digest } : {}),
    ...(problem === undefined ? {} : { problem: excerpt(problem) }),
  };
}
