import { promises as dns } from 'node:dns';
import { networkInterfaces } from 'node:os';
import type { Limits, LookupResult } from '../../connectivity/net.ts';
import { errnoOf, within } from './limit.ts';

export async function lookup(host: string, limits: Limits): Promise<LookupResult> {
  const startedAt = performance.now();
  const ms = (): number => Math.round(performance.now() - startedAt);
  try {
    const found = await within(dns.lookup(host, { all: true, verbatim: true }), limits);
    if (found === null) return { ok: false, errno: 'ETIMEOUT', ms: ms() };
    return { ok: true, addresses: [...new Set(found.map(({ address }) => address))], ms: ms() };
  } catch (error) {
    return { ok: false, errno: errnoOf(error), ms: ms() };
  }
}

export async function canonicalName(host: string, limits: Limits): Promise<string | null> {
  try {
    return (await within(dns.resolveCname(host), limits))?.[0] ?? null;
  } catch {
    return null;
  }
}

export function isOwnAddress(address: string): boolean {
  return Object.values(networkInterfaces()).some((own) => own?.some((one) => one.address === address) === true);
}
