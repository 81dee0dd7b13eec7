import { isLoopbackHost } from '../connectivity/address.ts';

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
