import { NexusctlError } from '../errors/nexusctl-error.ts';
import { parseAddress } from '../connectivity/address.ts';
import { mendAddress } from '../connectivity/address-mend.ts';
import { codecEndpoint } from './codec-endpoint.ts';
import { nearest } from './nearest.ts';
import type { ConfigurationPath } from './paths.ts';
import { locateSecret } from './secret.ts';

/** A setting that `config set` and `unset` know: in which file it stands, under which key of the profile. */
export interface Settable {
  readonly name: string;
  readonly file: ConfigurationPath['file'];
  readonly key: readonly string[];
  /** `reference`: where a secret is, never the secret; `secret`: the value itself, which no argument may hold. */
  readonly kind: 'text' | 'address' | 'codec' | 'boolean' | 'inverse' | 'secret' | 'reference' | 'backend';
}

const shared = (kind: Settable['kind'], ...names: readonly string[]): readonly Settable[] =>
  names.map((name) => ({ name, file: 'temporal.toml', key: name.split('.'), kind }));
const own = (kind: Settable['kind'], ...names: readonly string[]): readonly Settable[] =>
  names.map((name) => ({ name, file: 'nexusctl.toml', key: name.split('.'), kind }));

export const settables: readonly Settable[] = [
  ...shared('address', 'address'),
  ...shared('codec', 'codec.endpoint'),
  ...shared('text', 'namespace', 'authority', 'tls.server_name'),
  ...shared('text', 'tls.client_cert_path', 'tls.client_key_path', 'tls.server_ca_cert_path'),
  ...shared('secret', 'api_key', 'codec.auth'),
  ...shared('secret', 'tls.client_cert_data', 'tls.client_key_data', 'tls.server_ca_cert_data'),
  ...shared('boolean', 'tls.disabled', 'tls.disable_host_verification'),
  { name: 'tls', file: 'temporal.toml', key: ['tls', 'disabled'], kind: 'inverse' },
  ...own('address', 'cloud_address'),
  ...own('text', 'account_id', 'policy_file', 'keyring'),
  ...own('reference', 'cloud_api_key', 'cloud_ca', 'tls.client_cert', 'tls.client_key', 'tls.server_ca'),
  ...own('backend', 'backend'),
];

/** An API key by reference stands in nexusctl.toml, the key itself in temporal.toml. */
const apiKeyReference: Settable = { name: 'api_key', file: 'nexusctl.toml', key: ['api_key'], kind: 'reference' };

/**
 * The setting of this name. With a value that is a reference, `api_key` is the one of nexusctl.toml.
 * @throws NexusctlError USAGE with the nearest name
 */
export function settable(name: string, value?: string): Settable {
  if (name === 'api_key' && value !== undefined && isReference(value)) return apiKeyReference;
  const found = settables.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  const metadata = /^grpc_meta\.(.+)$/.exec(name)?.[1];
  if (metadata !== undefined) return { name, file: 'temporal.toml', key: ['grpc_meta', metadata], kind: 'secret' };
  const close = nearest(
    name,
    settables.map((candidate) => candidate.name),
  );
  throw new NexusctlError('USAGE', `there is no setting ${JSON.stringify(name.slice(0, 64))}`, {
    hint:
      close === undefined
        ? `one of: ${settables.map((one) => one.name).join(', ')}, grpc_meta.NAME`
        : `did you mean ${close}?`,
  });
}

/** Every place at which a setting of this name may stand: `api_key` has two. */
export function settablesNamed(name: string): readonly Settable[] {
  return name === 'api_key' ? [settable(name), apiKeyReference] : [settable(name)];
}

/**
 * The value as it is written into the file.
 * @throws NexusctlError USAGE; a value that may be a secret is never repeated in it
 */
export function parseSettable(setting: Settable, text: string): string | boolean {
  const { name, kind } = setting;
  switch (kind) {
    case 'boolean':
    case 'inverse': {
      if (text !== 'true' && text !== 'false') throw refused(`${name} is true or false`);
      return (text === 'true') === (kind === 'boolean');
    }
    case 'backend':
      if (text !== 'cloud' && text !== 'self-hosted') throw refused('backend is cloud or self-hosted');
      return text;
    case 'reference':
      if (looksSecret(text))
        throw refused(`${name} wants a reference to the value, and this looks like the value itself`);
      locateSecret({ kind: 'reference', reference: text, base: '/' });
      return text;
    case 'text':
      return oneLine(name, text);
    case 'codec':
      return codecEndpoint(oneLine(name, text));
    case 'address': {
      if (parseAddress(oneLine(name, text)) !== null) return text;
      const { what, address } = mendAddress(text);
      throw refused(`${name}: '${text}' ${what}`, address === null ? undefined : `write it as ${address}`);
    }
    case 'secret':
      if (text === '') throw refused(`${name} wants a value`);
      return text;
  }
}

function oneLine(name: string, text: string): string {
  if (looksSecret(text)) throw refused(`${name} wants no secret, and this looks like one`);
  if (text === '' || /[\u0000-\u001f\u007f]/.test(text)) throw refused(`${name} wants one line of text`);
  return text;
}

function isReference(text: string): boolean {
  return /^(file:|env:|s3:\/\/|secretsmanager:|exec:)/.test(text);
}

function looksSecret(text: string): boolean {
  return /-----BEGIN|^(Bearer\s+)?eyJ[\w-]+\.|^tmprl_/.test(text);
}

function refused(message: string, hint = 'nexusctl config set --help shows examples'): NexusctlError {
  return new NexusctlError('USAGE', message, { hint });
}
