import { X509Certificate } from 'node:crypto';
import type { ClientCa, Namespace, NamespaceApi } from '../endpoints/namespace.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Rpc } from '../profile/connection.ts';
import { readMessage, timestampOf, writeMessage, type Message } from '../protobuf/message.ts';
import { unseen } from './page-tokens.ts';
import { stateOf } from './cloud-messages.ts';

const service = '/temporal.api.cloud.cloudservice.v1.CloudService';

/** Namespaces of a Temporal Cloud account. */
export function cloudNamespaces(client: Rpc): NamespaceApi {
  const ask = async (method: string, request: Uint8Array, signal: AbortSignal): Promise<Message> => {
    const { message } = await client.call(`${service}/${method}`, request, { signal, repeatable: true });
    return readMessage(message);
  };
  return {
    list: async (signal) => {
      const found: Namespace[] = [];
      const tokens = new Set<string>();
      for (let token = ''; ;) {
        const answer = await ask('GetNamespaces', writeMessage([1, 100], [2, token]), signal);
        found.push(...answer.all(1).map(({ value }) => namespaceOf(readMessage(value))));
        const next = answer.text(2);
        if (next === '') return found;
        token = unseen(tokens, next);
      }
    },
    get: async (name, signal) => {
      try {
        const answer = await ask('GetNamespace', writeMessage([1, name]), signal);
        return answer.has(1) ? namespaceOf(answer.message(1)) : null;
      } catch (error) {
        if (error instanceof NexusctlError && error.code === 'NOT_FOUND') return null;
        throw error;
      }
    },
  };
}

/** The id of the account that the key belongs to; undefined when the key may ask for neither account nor namespaces. */
export async function cloudAccount(client: Rpc, signal: AbortSignal): Promise<string | undefined> {
  const ask = async (method: string, request: Uint8Array): Promise<Message | undefined> => {
    try {
      const { message } = await client.call(`${service}/${method}`, request, { signal, repeatable: true });
      return readMessage(message);
    } catch (error) {
      const mayNot = ['PERMISSION_DENIED', 'UNSUPPORTED_BY_SERVER', 'NOT_FOUND'];
      if (error instanceof NexusctlError && mayNot.includes(error.code)) return undefined;
      throw error;
    }
  };
  const account = (await ask('GetAccount', new Uint8Array()))?.message(1).text(1);
  if (account !== undefined && account !== '') return account;
  // Every namespace id ends in its account's.
  const id = (await ask('GetNamespaces', writeMessage([1, 1])))?.message(1).text(1) ?? '';
  return id.includes('.') ? id.slice(id.lastIndexOf('.') + 1) : undefined;
}

/**
 * temporal.api.cloud.namespace.v1.Namespace: 1 namespace, 3 spec (2 regions, 3 retention, 4 mtls, 7 api key), 6 endpoints
 * (2 mtls address, 3 address), 10 created, 13 state; 4 is the older state in words.
 */
function namespaceOf(namespace: Message): Namespace {
  const spec = namespace.message(3);
  const mtls = spec.message(4);
  const mtlsOn = mtls.number(3) === 1 || mtls.has(4) || mtls.has(1);
  const addresses = [namespace.message(6).text(2), namespace.message(6).text(3)].filter((address) => address !== '');
  const auth = [
    ...(mtlsOn ? (['mtls'] as const) : []),
    ...(spec.message(7).number(1) === 1 ? (['api-key'] as const) : []),
  ];
  const createdAt = timestampOf(namespace, 10);
  const clientCas = clientCasOf(mtls);
  return {
    name: namespace.text(1),
    state: namespace.has(13) ? stateOf(namespace.number(13)) : namespace.text(4).toLowerCase(),
    retentionDays: spec.number(3),
    regions: spec.all(2).map(({ value }) => value.toString('utf8')),
    addresses: [...new Set(addresses)],
    auth,
    ...(clientCas.length === 0 ? {} : { clientCas }),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}

/** accepted_client_ca (4) holds PEM bytes; the older field (1) the same in base64. */
function clientCasOf(mtls: Message): readonly ClientCa[] {
  const bytes = mtls.has(4) ? Buffer.from(mtls.bytes(4)) : Buffer.from(mtls.text(1), 'base64');
  const blocks = bytes.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      const { subject, fingerprint256, validTo } = new X509Certificate(block);
      return [
        {
          subject: subject.split('\n').join(', '),
          fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
          notAfter: new Date(validTo).toISOString(),
        },
      ];
    } catch {
      return [];
    }
  });
}
