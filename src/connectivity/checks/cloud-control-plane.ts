import { varintField, readFields, textOf } from '../../protobuf/wire.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { checkCloudKeyTarget } from '../../profile/backend.ts';
import { parseAddress } from '../address.ts';
import { transportFinding } from '../call-findings.ts';
import type { Check, CheckInput } from '../check.ts';
import { distrust } from '../distrust.ts';
import { finding, type Finding } from '../finding.ts';
import { firstMessage } from '../grpc-frame.ts';
import type { Session, SessionResult, UnaryResult } from '../net.ts';
import { describe } from '../served.ts';
import { limitsOf } from '../way.ts';
import { excerpt } from '../wire-words.ts';

const service = '/temporal.api.cloud.cloudservice.v1.CloudService';
const apiVersion = 'v0.10.0';

/** --cloud: can the control plane be reached, who does it take us for, and does it list one page of endpoints? */
export const cloudControlPlane: Check<'cloud-control-plane'> = {
  id: 'cloud-control-plane',
  title: 'the Cloud control plane answers and knows the key',
  layer: 'auth',
  needs: [],
  onTimeout: 'RPC010',
  run: async (input) => {
    const { cloud } = input.subject;
    if (cloud === null) return { notApplicable: 'only with --cloud' };
    const refused = keyFinding(input);
    if (refused !== null) return { findings: [refused] };
    const address = parseAddress(cloud.address);
    if (address === null)
      return { findings: [finding('ADR001', `the Cloud address ${cloud.address} is not host:port`)] };
    const { host, port, family } = address;
    const looked =
      family === 0 ? await input.net.lookup(host, limitsOf(input)) : { ok: true as const, addresses: [host] };
    if (!looked.ok)
      return {
        findings: [
          finding('DNS001', `there is no host ${host} (${looked.errno})`, { evidence: { host, errno: looked.errno } }),
        ],
      };
    const way = { address: looked.addresses[0] ?? host, port, authority: `${host}:${String(port)}` };
    const ca = cloud.ca.state === 'read' ? Buffer.from(cloud.ca.bytes).toString() : undefined;
    const opened = await input.net.openSession(way, { tls: true, serverName: host, ca }, limitsOf(input));
    if (!opened.ok) return { findings: [unopened(opened, host, port, input)] };
    try {
      return { findings: await judge(opened.session, input), evidence: null };
    } finally {
      opened.session.close();
    }
  },
};

/** Where the key may go is decided before anything is opened (security.md 2). */
function keyFinding({ subject: { profile, cloud } }: CheckInput): Finding | null {
  if (cloud?.apiKey.state === 'absent')
    return finding('AUT001', 'no Cloud API key is configured', {
      fix: [{ text: 'Set TEMPORAL_CLOUD_API_KEY, or pass --cloud-api-key-file.' }],
    });
  if (cloud?.apiKey.state === 'unreadable')
    return finding('CFG015', `the Cloud API key cannot be read: ${cloud.apiKey.message}`);
  try {
    checkCloudKeyTarget(profile);
    return null;
  } catch (error) {
    if (error instanceof NexusctlError) return finding('CFG018', error.message, { severity: 'error' });
    throw error;
  }
}

function unopened(failed: SessionResult & { ok: false }, host: string, port: number, input: CheckInput): Finding {
  const shown = `${host}:${String(port)}`;
  const evidence = { host, port, errno: failed.errno };
  if (failed.stage === 'connect')
    return failed.errno === 'ECONNREFUSED'
      ? finding('TCP001', `${shown} refuses the connection`, { evidence })
      : finding('TCP002', `${shown} cannot be reached (${failed.errno})`, { evidence });
  if (failed.errno === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return finding('TLS012', `the certificate of ${shown} is for another name`, { evidence: { serverName: host } });
  if (/^(?:CERT_|UNABLE_|DEPTH_ZERO|SELF_SIGNED)/.test(failed.errno)) {
    const address = { host, port, family: 0, serverName: host, cloud: false } as const;
    return distrust(failed.errno, { chain: [] }, describe([]), address, { ...input, evidence: () => undefined });
  }
  return failed.stage === 'tls'
    ? finding('TLS020', `the TLS handshake with ${shown} fails (${failed.errno})`)
    : finding('H2002', `${shown} sends no HTTP/2 settings (${failed.errno})`);
}

async function judge(session: Session, input: CheckInput): Promise<Finding[]> {
  const identity = await call('GetCurrentIdentity', new Uint8Array(), session, input);
  const transport = await transportFinding(identity, session, input);
  if (transport !== null) return [transport];
  const refusal = refused(identity, 'GetCurrentIdentity');
  if (refusal !== null) return [refusal];
  // GetNexusEndpointsRequest.page_size = 1.
  const endpoints = await call('GetNexusEndpoints', varintField(1, 1), session, input);
  const unlisted = refused(endpoints, 'GetNexusEndpoints');
  return unlisted === null ? otherAccount(session, input) : [{ ...unlisted, severity: 'warning' }];
}

function call(method: string, message: Uint8Array, session: Session, input: CheckInput): Promise<UnaryResult> {
  const { cloud } = input.subject;
  const key = cloud?.apiKey.state === 'read' ? Buffer.from(cloud.apiKey.bytes).toString().trim() : '';
  const headers = {
    'temporal-cloud-api-version': apiVersion,
    // The session is verified: openSession knows no other kind over TLS.
    ...(session.verified && /^[\x21-\x7e]+$/.test(key) ? { authorization: `Bearer ${key}` } : {}),
  };
  return session.unary({ path: `${service}/${method}`, message, headers }, limitsOf(input));
}

function refused({ grpcStatus, grpcMessage }: UnaryResult, method: string): Finding | null {
  const words = excerpt(grpcMessage ?? '');
  const evidence = { method, grpcStatus: grpcStatus ?? -1, grpcMessage: words };
  switch (grpcStatus ?? -1) {
    case 0:
      return null;
    case 16:
      return finding('AUT001', `the control plane does not accept the key: "${words}"`, { evidence });
    case 7:
      return finding('AUT003', `the key may not call ${method}: "${words}"`, { evidence });
    case 12:
      return finding('RPC003', `this is not the Cloud control plane: it does not know ${method}`, { evidence });
    default:
      return finding('RPC004', `${method} fails with status ${String(grpcStatus)}: "${words}"`, { evidence });
  }
}

/** --account names the only account to act on. */
async function otherAccount(session: Session, input: CheckInput): Promise<Finding[]> {
  const wanted = input.subject.profile.account?.value;
  if (wanted === undefined) return [];
  const { grpcStatus, body } = await call('GetAccount', new Uint8Array(), session, input);
  const account = grpcStatus === 0 ? accountOf(body) : null;
  if (account === null || account === wanted) return [];
  const message = `the key belongs to account ${account}, not to ${wanted}`;
  return [finding('TOK011', message, { severity: 'error', evidence: { account } })];
}

/** GetAccountResponse.account = 1, its id = 1. */
function accountOf(body: Uint8Array): string | null {
  try {
    const message = firstMessage(body);
    const account = message === null ? undefined : readFields(message).find(({ number }) => number === 1);
    const id = account === undefined ? undefined : readFields(account.value).find(({ number }) => number === 1);
    return id === undefined ? null : excerpt(textOf(id));
  } catch {
    return null;
  }
}
