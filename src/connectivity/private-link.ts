import type { AddressEvidence } from './check.ts';
import { commandLine, finding, type Finding } from './finding.ts';

export function isPrivateLink(host: string): boolean {
  return /\.vpce\.amazonaws\.com\.?$|(?:^|[.-])(?:psc|privatelink)[.-]/i.test(host);
}

/** ADR009, with the server name to set only when it has the documented form of Cloud names (security.md 3). */
export function privateLink({ host }: AddressEvidence, seen: string, name = ''): Finding {
  const message = `${seen}: ${host} is a private or regional address that needs a server name`;
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+\.tmprl\.cloud$|\.api\.temporal\.io$/.test(name))
    return finding('ADR009', message, { evidence: { host } });
  return finding('ADR009', message, {
    evidence: { host, suggestion: name },
    fix: [
      {
        text: 'Set the server name to the namespace endpoint.',
        command: commandLine('export', ['TEMPORAL_TLS_SERVER_NAME=', { SERVER_NAME: name }]),
      },
    ],
  });
}
