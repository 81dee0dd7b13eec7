import { isLoopbackHost } from '../../connectivity/address.ts';
import { addressSpace, isMixedContent, isSecureContext, needsPermission } from './browser.ts';
import { failureOf } from './failure.ts';
import type { ProbeResult } from './probe.ts';
import { cliDeadline, cliHangs, uiBanner, uiNull, uiSilent } from './report.ts';
import type { Answered, Subject } from './subject.ts';
import type { Checks, Verdict } from './verdict.ts';

/** What the address alone tells. */
export const addressChecks: Checks<Subject> = {
  address: ({ options }) => checkAddress(options.endpoint),
  'token-over-https': ({ options, url }) => {
    if (!options.passToken) return { status: 'skip', message: 'only with --pass-token' };
    if (url.startsWith('https://')) return { status: 'pass', message: 'https' };
    return {
      status: 'fail',
      message:
        'told to pass the token on, the Web UI sends no request at all to an http endpoint, not even to localhost',
      seenAs: { webUi: uiNull },
      fix: 'serve it over https (codec-server start --server-cert … --server-key …), or do not pass the token',
    };
  },
  'mixed-content': ({ options: { origin }, url }) => {
    if (!isMixedContent(origin, url)) return { status: 'pass', message: `${origin} may call it` };
    const message = `a page of ${origin} may not call http on another machine: the browser blocks it`;
    return { status: 'fail', message, seenAs: { webUi: uiBanner }, fix: 'serve the codec server over https' };
  },
};

/** Whether the first request was answered. */
export function checkReach({ options: { timeoutMs }, url }: Subject, first: ProbeResult): Verdict {
  if (first.ok)
    return {
      status: 'pass',
      message: `HTTP ${String(first.status)} after ${first.ms.toFixed(0)} ms from ${first.remoteAddress}`,
    };
  const { message, fix, exit } = failureOf(first, url, timeoutMs);
  const hangs = first.stage === 'timeout' && first.connected;
  return {
    status: 'fail',
    message,
    fix,
    exit,
    seenAs: hangs ? { webUi: uiSilent, cli: cliHangs } : { webUi: uiBanner, cli: cliDeadline },
  };
}

/** Whether every client makes the same of the address. */
function checkAddress(endpoint: string): Verdict {
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
export async function checkLocalNetwork({ probe, options, first }: Answered): Promise<Verdict> {
  const { origin } = options;
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
