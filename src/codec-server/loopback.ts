/** Whether a host name or address literal can only be this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(name);
}

/**
 * Whether a Host header names this machine and this port (security.md 16). A page that rebinds its own name to
 * 127.0.0.1 still sends that name here. A port that is left out is the scheme's own.
 */
export function isOwnHost(header: string, port: number, tls: boolean): boolean {
  const parts = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(header);
  if (parts === null) return false;
  const [, name = '', named] = parts;
  return isLoopbackHost(name) && Number(named ?? (tls ? 443 : 80)) === port;
}
