import { varintField } from '../../protobuf/wire.ts';
import { transportFinding } from '../call-findings.ts';
import type { Check, SystemInfo } from '../check.ts';
import { callHeaders } from '../credentials.ts';
import { finding, type Finding } from '../finding.ts';
import { limitsOf } from '../way.ts';
import { excerpt } from '../wire-words.ts';

export const nexus: Check<'nexus'> = {
  id: 'nexus',
  title: 'Nexus is on, and its endpoints may be read',
  layer: 'nexus',
  needs: ['address', 'http2', 'system-info', 'token'],
  after: ['namespace', 'tls'],
  onTimeout: 'RPC010',
  run: async (input) => {
    const session = input.evidence('http2')?.session;
    const info = input.evidence('system-info');
    if (session === undefined || info === undefined) return { findings: [] };
    const off: Finding[] = info.nexus
      ? []
      : [
          finding('NEX001', 'the capabilities of the server do not list Nexus', {
            evidence: { serverVersion: info.serverVersion },
          }),
        ];
    if (input.evidence('address')?.cloud === true)
      return {
        findings: [...off, finding('NEX005', 'endpoints of this account are managed through the Cloud Ops API')],
        evidence: null,
      };
    const call = {
      path: '/temporal.api.operatorservice.v1.OperatorService/ListNexusEndpoints',
      message: varintField(1, 1),
      headers: callHeaders(input, session),
    };
    const result = await session.unary(call, limitsOf(input, input.limitMs * 0.8));
    const transport = await transportFinding(result, session, input);
    if (transport !== null) return { findings: [...off, { ...transport, severity: 'warning' }] };
    const words = excerpt(result.grpcMessage ?? '');
    const evidence = { method: 'ListNexusEndpoints', grpcStatus: result.grpcStatus ?? -1, grpcMessage: words };
    switch (result.grpcStatus ?? -1) {
      case 0:
        return { findings: [...off, ...enforcement(info)], evidence: null };
      case 7:
      case 16:
        return {
          findings: [
            ...off,
            ...enforcement(info),
            finding('NEX003', `Nexus endpoints may not be read with this credential: "${words}"`, { evidence }),
          ],
          evidence: null,
        };
      case 12:
        // A server that knows no such call is too old for Nexus, whatever its capabilities say.
        return {
          findings: [finding('NEX002', `the server does not serve Nexus endpoints: "${words}"`, { evidence })],
          evidence: null,
        };
      case 9:
        return {
          findings: [...off, finding('NEX002', `the server does not serve Nexus endpoints: "${words}"`, { evidence })],
          evidence: null,
        };
      default:
        return {
          findings: [
            ...off,
            finding('RPC004', `listing Nexus endpoints fails with status ${String(result.grpcStatus)}: "${words}"`, {
              severity: 'warning',
              evidence,
            }),
          ],
          evidence: null,
        };
    }
  },
};

/** Self-hosted clusters have no allowlist of their own: what the authorizer module says of itself, or its silence. */
function enforcement({ policy }: SystemInfo): Finding[] {
  const digest = policy?.digest === undefined ? '' : ` ${policy.digest.slice(0, 12)}`;
  switch (policy?.state) {
    case 'enforced':
      if (policy.problem === undefined)
        return [
          finding('NEX007', `enforced: the server enforces the policy${digest}`, { evidence: { state: policy.state } }),
        ];
      return [
        finding(
          'NEX007',
          `enforced, but an older policy${digest}: the files cannot be used as they are now (${policy.problem})`,
          { severity: 'warning', evidence: { state: policy.state } },
        ),
      ];
    case 'callers-not-authenticated':
      return [
        finding(
          'NEX006',
          `enforced, but callers are not authenticated: the server enforces the policy${digest}, and anybody may act in the namespace of a caller${policy.problem === undefined ? '' : `; its policy files cannot be used as they are now (${policy.problem})`}`,
          { severity: 'warning', evidence: { state: policy.state } },
        ),
      ];
    case 'off':
    case undefined:
      return [
        finding('NEX006', 'not enforced: every namespace of this server may call every endpoint', {
          evidence: { state: policy?.state ?? 'none' },
        }),
      ];
  }
}
