export interface ParsedAddress {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** 0: a name. */
  readonly family: 0 | 4 | 6;
}

/**
 * Reads `host:port`, `[v6]:port`, and `host` alone with the default port 7233, as the SDKs do.
 * @returns null for anything else: schemes, paths, blanks, bare IPv6, ports outside 1 to 65535
 */
export function parseAddress(text: string): ParsedAddress | null {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text);
  if (match === null) return null;
  const host = match[1] ?? match[2] ?? '';
  const port = match[3] === undefined ? 7233 : Number(match[3]);
  if (host === '' || port < 1 || port > 65535) return null;
  return { host, port, family: match[1] !== undefined ? 6 : isIpv4(host) ? 4 : 0 };
}

export function isIpv4(host: string): boolean {
  const parts = host.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

/** By label, so that `tmprl.cloud.evil.example` is not Cloud. */
export function isCloudHost(host: string): boolean {
  return /(?:^|\.)(?:tmprl\.cloud|api\.temporal\.io)\.?$/i.test(host);
}

/** A connected address at which a plaintext connection does not leave this machine. */
export function isLoopback(address: string): boolean {
  if (address === '::1') return true;
  const bare = address.replace(/^::ffff:/i, '');
  return bare.startsWith('127.') && isIpv4(bare);
}

/** A host name or address literal that can only be this machine. Before a secret goes out, the socket is asked too. */
export function isLoopbackHost(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return name === 'localhost' || isLoopback(name);
}

/** Addresses of private networks: RFC 1918, RFC 6598, link-local and unique local. */
export function isPrivateAddress(address: string): boolean {
  return (
    /^(?:10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(
      address,
    ) || /^f[cd][0-9a-f]{2}:|^fe80:/i.test(address)
  );
}
