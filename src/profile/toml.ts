import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { TomlTable } from './profile.ts';

/**
 * Reads TOML. The parser's own message prints the neighbouring lines, which may hold a key: ours shows the line
 * alone, with its value masked unless the key is one that never holds a secret.
 * @throws NexusctlError CONFIG_FILE_INVALID with the line and column in `details`
 */
export async function parseToml(bytes: string | Uint8Array, path: string): Promise<TomlTable> {
  const text = decode(bytes, path);
  const { parse, TomlError } = await import('smol-toml');
  try {
    const document = parse(text);
    refuseDepth(document, path);
    return document;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column } = error;
    const [first = ''] = error.message.split('\n');
    const reason = first.replace(/^Invalid TOML document: /, '');
    const shown = codeLine(text, line, column);
    throw new NexusctlError('CONFIG_FILE_INVALID', `${path}:${String(line)}:${String(column)}: ${reason}${shown}`, {
      hint: hintFor(reason),
      details: { path, line, column, finding: 'CFG003' },
    });
  }
}

const deepest = 64;

/** Nobody nests settings so; every reader of the document may then walk it. */
function refuseDepth(document: TomlTable, path: string): void {
  let level: unknown[] = [document];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest)
      throw new NexusctlError('CONFIG_FILE_INVALID', `${path} nests tables more than ${String(deepest)} deep`, {
        hint: 'tables are [profile.NAME] and [profile.NAME.tls]',
        details: { path, finding: 'CFG003' },
      });
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
}

function decode(bytes: string | Uint8Array, path: string): string {
  if (typeof bytes === 'string') return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new NexusctlError('CONFIG_FILE_INVALID', `${path} is not UTF-8 text`, {
      hint: 'save the file as UTF-8 (editors on Windows may write UTF-16)',
      details: { path, finding: 'CFG003' },
    });
  }
}

const openKeys =
  /^(address|namespace|authority|backend|account_id|cloud_address|policy_file|keyring|(tls\.)?(disabled|server_name|disable_host_verification|(client_cert|client_key|server_ca_cert)_path)|(codec\.)?endpoint)$/;

const hiddenKeys =
  /^(api_key|cloud_api_key|cloud_ca|(codec\.)?auth|(tls\.)?(client_(cert|key)(_data)?|server_ca(_cert_data)?)|tls|codec|grpc_meta(\.[\w-]+)?)$/;

/** The line with a caret under the column; what could be a secret is masked, and the caret is then left out. */
function codeLine(text: string, line: number, column: number): string {
  const content = text.split(/\r?\n/)[line - 1] ?? '';
  if (content.trim() === '') return '';
  const number = `${String(line)}:  `;
  if (/^\s*\[+\s*(profiles?|keyring)\b[\w. -]*\]*\s*$/.test(content)) return frame(number, content, column);
  const at = content.indexOf('=');
  const key = content
    .slice(0, at)
    .trim()
    .replaceAll(/["'\s]/g, '');
  if (at > 0 && openKeys.test(key)) return frame(number, content, column);
  if (at > 0 && hiddenKeys.test(key)) {
    const masked = `${content.slice(0, at + 1)} …`;
    return column <= at + 1 ? frame(number, masked, column) : `\n${number}${masked}`;
  }
  return '';
}

function frame(number: string, content: string, column: number): string {
  return `\n${number}${content}\n${' '.repeat(number.length + column - 1)}^`;
}

function hintFor(reason: string): string {
  if (/escape|unicode/i.test(reason)) return "in a Windows path use single quotes: 'C:\\certs\\client.pem'";
  return 'see https://toml.io for the format; values need straight quotes';
}
