import { isTable } from './configuration-file.ts';
import type { TomlTable } from './profile.ts';

/** Values of an environment that must not come back in any output: credentials, and what proxy addresses carry. */
export function secretsOfVariables(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value = '']) => {
    if (/^(.*_)?proxy$/i.test(name)) return proxySecrets(value);
    return isSecretVariable(name) ? [value] : [];
  });
}

/** Secrets of every profile in a file, not only of the one in use: an error may show any line. */
export function secretsOfDocument(document: TomlTable): readonly string[] {
  const walk = (table: TomlTable, inside: boolean): string[] =>
    Object.entries(table).flatMap(([key, value]) => {
      const secret = inside || isSecretKey(key);
      if (typeof value === 'string')
        return secret && !/^(client_id|.*_?ur[il]|scopes?|expiry.*|token_type|type)$/.test(key) ? [value] : [];
      return isTable(value) ? walk(value, inside || key === 'oauth' || key === 'grpc_meta') : [];
    });
  return walk(document, false);
}

function isSecretVariable(name: string): boolean {
  if (!/^(TEMPORAL|NEXUSCTL|AWS|VAULT|OP)_/.test(name)) return false;
  return /(API_KEY|CODEC_AUTH|KEY_DATA|CLI_AUTH|SECRET_ACCESS_KEY|SESSION_TOKEN|_TOKEN)$|^TEMPORAL_GRPC_META_/.test(
    name,
  );
}

function isSecretKey(key: string): boolean {
  return /^(api_key|auth|client_key_data|.*token|.*secret|password)$/.test(key);
}

function proxySecrets(value: string): readonly string[] {
  const userinfo = /^[a-z][a-z0-9+.-]*:\/\/([^/@]*)@/i.exec(value)?.[1];
  if (userinfo === undefined) return [];
  const password = userinfo.slice(userinfo.indexOf(':') + 1);
  return [userinfo, decode(userinfo), password, decode(password)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
