import { bytesField, numberOf, readFields, textOf } from '../../protobuf/wire.ts';
import { statusFinding, transportFinding } from '../call-findings.ts';
import type { Check, CheckInput, EvidenceMap } from '../check.ts';
import { skewed } from '../clock-skew.ts';
import { callHeaders, mayCarryCredentials } from '../credentials.ts';
import { commandLine, finding, type Finding } from '../finding.ts';
import { firstMessage } from '../grpc-frame.ts';
import type { Session, UnaryResult } from '../net.ts';
import { tokenShape } from '../token.ts';
import { limitsOf } from '../way.ts';
import { excerpt } from '../wire-words.ts';

export const namespace: Check<'namespace'> = {
  id: 'namespace',
  title: 'the namespace exists and may be used',
  layer: 'namespace',
  needs: ['address', 'http2', 'system-info', 'token'],
  after: ['certificate-files', 'client-certificate', 'tls'],
  onTimeout: 'RPC010',
  run: async (input) => {
    const session = input.evidence('http2')?.session;
    if (session === undefined) return { findings: [] };
    const name = input.subject.profile.namespace.value;
    const headers = {
      ...callHeaders(input, session),
      ...(/^[\x21-\x7e]+$/.test(name) ? { 'temporal-namespace': name } : {}),
    };
    const call = {
      path: '/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace',
      message: bytesField(1, name),
      headers,
    };
    const result = await session.unary(call, limitsOf(input, input.limitMs * 0.8));
    const failed = (await transportFinding(result, session, input)) ?? statusFinding(result, 'DescribeNamespace');
    if (failed !== null) return { findings: [failed] };
    if (result.grpcStatus !== 0) return { findings: [refused(result, name, session, input)] };
    const found = parse(result);
    if (found === null)
      return { findings: [finding('RPC009', 'the answer to DescribeNamespace is no message that can be read')] };
    return { findings: stateFindings(name, found.state), evidence: found };
  },
};

function refused(result: UnaryResult, name: string, session: Session, input: CheckInput): Finding {
  const words = excerpt(result.grpcMessage ?? '');
  const evidence = {
    method: 'DescribeNamespace',
    grpcStatus: result.grpcStatus ?? -1,
    grpcMessage: words,
    namespace: name,
  };
  const said = words === '' ? '' : `: "${words}"`;
  switch (result.grpcStatus ?? -1) {
    case 5:
      return finding('NSP001', `the server has no namespace ${name}${said}`, {
        evidence,
        ...(name === 'default' || input.evidence('address')?.cloud === true
          ? {}
          : {
              fix: [
                {
                  text: 'Correct the name, or create the namespace.',
                  command: commandLine('temporal', 'operator', 'namespace', 'create', '--namespace', { NAME: name }),
                },
              ],
            }),
      });
    case 3:
      return finding('NSP002', `the server refuses the namespace name ${name}${said}`, { evidence });
    case 12:
      return finding('TMP002', `the server does not know DescribeNamespace${said}`, { severity: 'error', evidence });
    case 9:
      return finding('NSP003', `the namespace ${name} cannot be used in its state${said}`, {
        severity: 'error',
        evidence,
      });
    case 16:
      return (
        skewed(result, input) ??
        stayedAtHome(name, said, evidence, input) ??
        finding('AUT001', `the server does not accept the credential${said}`, {
          evidence,
          causes: credentialCauses(input, session),
        })
      );
    case 7:
      return skewed(result, input) ?? denied(name, said, evidence, session, input);
    default:
      return finding('RPC004', `the server answers DescribeNamespace with status ${String(result.grpcStatus)}${said}`, {
        evidence,
      });
  }
}

function isByCertificate(input: CheckInput): boolean {
  return input.evidence('certificate-files')?.clientPair !== undefined && input.evidence('token')?.apiKey === undefined;
}

/** The certificate is the only credential, and the server never saw it. */
function stayedAtHome(name: string, said: string, evidence: Finding['evidence'], input: CheckInput): Finding | null {
  if (!isByCertificate(input) || input.evidence('client-certificate')?.neverAsked !== true) return null;
  return finding(
    'MTL006',
    `the namespace ${name} refuses the call${said}: the server never asked for the client certificate, and no other credential is configured`,
    {
      severity: 'error',
      evidence,
      causes: [
        { text: 'this endpoint is for API keys, and the one for mTLS is another', likelihood: 'high' },
        { text: 'a load balancer in front ends TLS and asks for no certificate', likelihood: 'medium' },
      ],
    },
  );
}

function denied(
  name: string,
  said: string,
  evidence: {
    readonly method: string;
    readonly grpcStatus: number;
    readonly grpcMessage: string;
    readonly namespace: string;
  },
  session: Session,
  input: CheckInput,
): Finding {
  const unshown = stayedAtHome(name, said, evidence, input);
  if (unshown !== null) return unshown;
  if (isByCertificate(input))
    return finding('AUT004', `TLS took the client certificate, and the namespace ${name} refuses it${said}`, {
      evidence,
      causes: [
        { text: `the CA of this certificate is not among those of ${name}`, likelihood: 'high' },
        { text: 'a certificate filter of the namespace does not match', likelihood: 'medium' },
        {
          text: `there is no namespace ${name}, or it is another one than the certificate is for`,
          likelihood: 'medium',
        },
      ],
    });
  return finding('AUT003', `permission denied on namespace ${name}${said}`, {
    evidence,
    causes: credentialCauses(input, session),
  });
}

function credentialCauses(input: CheckInput, session: Session): Finding['causes'] {
  const none = { text: 'no credential is configured', likelihood: 'high' } as const;
  if (input.evidence('token')?.apiKey === undefined)
    return input.evidence('certificate-files')?.clientPair === undefined
      ? [none]
      : [{ text: 'the server wants an API key beside or in place of the certificate', likelihood: 'medium' }];
  if (!mayCarryCredentials(input, session))
    return [{ text: 'the API key was not sent, because this connection is not verified', likelihood: 'high' }];
  const claimed = namesInToken(input);
  const { value } = input.subject.profile.namespace;
  if (claimed !== null && !claimed.includes(value) && !claimed.includes('temporal-system'))
    return [
      { text: `the permissions in the API key do not name ${value}`, likelihood: 'high' },
      { text: 'the namespace name is wrong', likelihood: 'medium' },
    ];
  return [
    { text: 'the key lacks a role in this namespace', likelihood: 'medium' },
    { text: 'the key is wrong, revoked, or of another account', likelihood: 'medium' },
    { text: 'the namespace name is wrong', likelihood: 'medium' },
  ];
}

/** The namespaces for which the key claims a role, by the default claim mapper of a server; null when it says nothing. */
function namesInToken(input: CheckInput): readonly string[] | null {
  const key = input.evidence('token')?.apiKey;
  const shape = key === undefined ? null : tokenShape(key);
  return shape?.kind === 'jwt' ? (shape.claims.namespaces ?? null) : null;
}

const states: Readonly<Record<number, string>> = { 1: 'REGISTERED', 2: 'DEPRECATED', 3: 'DELETED' };

function stateFindings(name: string, state: string): Finding[] {
  if (state === 'DEPRECATED' || state === 'DELETED')
    return [
      finding('NSP003', `the namespace ${name} is ${state.toLowerCase()}`, { evidence: { namespace: name, state } }),
    ];
  return [];
}

/** DescribeNamespaceResponse.namespace_info = 1: state = 2, id = 6 (temporal.api.namespace.v1). */
function parse({ body }: UnaryResult): EvidenceMap['namespace'] | null {
  try {
    const message = firstMessage(body);
    if (message === null) return null;
    const info = readFields(message).find(({ number }) => number === 1);
    const fields = info === undefined ? [] : readFields(info.value);
    const state = fields.find(({ number }) => number === 2);
    const id = fields.find(({ number }) => number === 6);
    return {
      state: states[state === undefined ? 0 : numberOf(state)] ?? 'UNSPECIFIED',
      ...(id === undefined ? {} : { id: excerpt(textOf(id)) }),
    };
  } catch {
    return null;
  }
}
