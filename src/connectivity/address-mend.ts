import { parseAddress } from './address.ts';

export interface MendedAddress {
  readonly code: 'ADR001' | 'ADR002' | 'ADR003' | 'ADR004' | 'ADR005' | 'ADR006';
  /** What is wrong, to follow the address in a sentence. */
  readonly what: string;
  /** `host:port` as it was probably meant; null when that cannot be told. */
  readonly address: string | null;
}

/** For text that `parseAddress` refuses. Only the kind of the first mistake counts; the suggestion mends them all. */
export function mendAddress(text: string): MendedAddress {
  const address = meant(text);
  const bare = text.trim();
  if (bare === '') return { code: 'ADR004', what: 'is empty', address: null };
  if (/\$\{|\$\(|\{\{|<[^>]*>|%[A-Za-z_]+%|\{[a-z]+\}|\$[A-Z_]+/.test(text))
    return { code: 'ADR006', what: 'has a template in it that nobody filled in', address: null };
  if (/(?:^|\/\/)cloud\.temporal\.io/i.test(bare))
    return { code: 'ADR005', what: 'is the address of the Web UI', address: cloudFromUi(bare) };
  if (/^[a-z][a-z0-9+.-]*:\/{1,3}/i.test(bare) || /^(?:dns|unix|ipv4|ipv6|passthrough):/i.test(bare))
    return { code: 'ADR001', what: 'has a scheme; an address is host:port', address };
  if (/[/?#@]/.test(bare)) return { code: 'ADR001', what: 'has more than host and port', address };
  if (text !== bare || /[\s,;"'`\u2018-\u201d\u00a0\u200b\ufeff]/.test(text))
    return { code: 'ADR004', what: 'has a character in it that no address has', address };
  if (/^[0-9a-f:.%]*:[0-9a-f:.%]*:[0-9a-f:.%]*$/i.test(bare) && !/^[\d.]+:\d+:\d+$/.test(bare))
    return { code: 'ADR003', what: 'is an IPv6 address without brackets', address: ipv6(bare) };
  if (bare.startsWith('[')) return { code: 'ADR003', what: 'is no IPv6 address with a port', address };
  if (/^:\d+$/.test(bare)) return { code: 'ADR004', what: 'names no host', address: null };
  if (/^[A-Za-z0-9._-]+:/.test(bare)) return { code: 'ADR002', what: portTrouble(bare), address };
  return { code: 'ADR004', what: 'has a character in it that no host name has', address };
}

function portTrouble(text: string): string {
  const ports = text.split(':').slice(1);
  if (ports.length > 1) return 'has two ports';
  if (ports[0] === '') return 'ends with a colon, without a port';
  return /^\d+$/.test(ports[0] ?? '') ? 'has a port outside 1 to 65535' : 'has a port that is no number';
}

/** Takes off everything that surrounds a host and a port. */
function meant(text: string): string | null {
  if (/^\s*unix:/i.test(text)) return null;
  const bare = text
    .replace(/(?<=[^:\s])\s+(?=\d+\s*$)/, ':')
    .replace(/[\s"'`\u2018-\u201d\u00a0\u200b\ufeff]+/g, '')
    .replace(/^[a-z][a-z0-9+.-]*:\/{1,3}/i, '')
    .replace(/^(?:dns|ipv4|ipv6|passthrough):(?![0-9]+$)/i, '')
    .replace(/^[^/@]*@/, '')
    .replace(/[/?#].*$/, '')
    .replace(/[,;]+$/, '')
    .replace(/[,;](?=\d+$)/, ':')
    .replace(/(:\d+):\d*$/, '$1')
    .replace(/:$/, '');
  const address = /:\d+$/.test(bare) ? bare : `${bare}:7233`;
  return parseAddress(address) === null ? null : address;
}

function ipv6(text: string): string | null {
  const match = /^(.*:.*?):(\d{4,5})$/.exec(text);
  const withPort = match !== null && text.split(':').length > 3 && Number(match[2]) > 1023;
  const address = withPort ? `[${match[1] ?? ''}]:${match[2] ?? ''}` : `[${text}]:7233`;
  return parseAddress(address) === null ? null : address;
}

/** https://cloud.temporal.io/namespaces/NAME.ACCOUNT/… */
function cloudFromUi(text: string): string | null {
  const namespace = /namespaces\/([a-z][a-z0-9-]*\.[a-z0-9]+)/.exec(text)?.[1];
  return namespace === undefined ? null : `${namespace}.tmprl.cloud:7233`;
}
