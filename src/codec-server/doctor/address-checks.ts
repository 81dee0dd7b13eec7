import { isLoopbackHost } from '../../connectivity/address.ts';
import { addressSpace, isSecureContext, needsPermission } from './browser.ts';
import type { CodecProbe, ProbeResult } from './probe.ts';
import { uiBanner } from './report.ts';
import type { Verdict } from './verdict.ts';

/** Whether every client makes the same of the address. */
export function checkAddress(endpoint: string): Verdict {
  if (endpoint.includes('{namespace}'))
    return {
      status: 'warn',
      message: 'only the CLI fills in {namespace}; the Web UI sends it as it stands',
      fix: 'give the Web UI the address with the namespace written out, or without it: X-Namespace says the same',
    };
  if (/\/(?:decode|encode)\/?$/.test(endpoint))
    return {
      status: 'fail',
      message: 'clients add /decode and /encode themselves',
      exit: 3,
      fix: 'leave the last part of the path away',
    };
  if (/[?#]/.test(endpoint))
    return {
      status: 'fail',
      message: 'clients append to the address: a query or fragment breaks it',
      exit: 3,
      fix: 'leave it away',
    };
  return { status: 'pass', message: endpoint };
}

/** Whether a browser lets the page reach an address of this space at all, and whom it asks. */
export async function checkLocalNetwork(probe: CodecProbe, origin: string, first: ProbeResult): Promise<Verdict> {
  if (!first.ok) return { status: 'skip', message: 'it does not answer' };
  const { hostname } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  const [address] = isLoopbackHost(host) ? [host] : await probe.lookup(host);
  const page = address === undefined ? 'public' : addressSpace(address);
  const server = addressSpace(first.remoteAddress);
  if (!needsPermission(page, server)) return { status: 'pass', message: `a ${page} page, a ${server} address` };
  const where = server === 'loopback' ? 'this machine' : 'the local network';
  if (!isSecureContext(origin))
    return {
      status: 'fail',
      message: `a page of ${origin} (${page}, not secure) may never call ${where}: Chromium blocks it before a byte is sent`,
      seenAs: { webUi: uiBanner },
      fix: 'serve the Web UI over https',
    };
  return {
    status: 'warn',
    message: `Chromium asks the user before a ${page} page may call ${where} (Local Network Access); no header of the codec server can change that`,
    seenAs: { webUi: `${uiBanner}, until the permission is given` },
    fix: 'allow it in the prompt, or by the enterprise policy LocalNetworkAccessAllowedForUrls',
  };
}
