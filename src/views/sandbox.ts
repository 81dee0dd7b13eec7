import { marks } from '../output/style.ts';
import type { View } from '../output/view.ts';

/** What a running rehearsal account tells about itself. */
interface Sandbox {
  readonly account: string;
  readonly namespaces: readonly string[];
  readonly addresses: { readonly controlPlane: string; readonly mtls: string; readonly apiKey: string };
  readonly faults: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const disclaimer =
  'This is a rehearsal account of nexusctl, not Temporal: it runs no workflow and forgets everything when it ends.';

/** Text that a POSIX shell can read, with everything that is not an assignment in comments. */
export const sandboxView: View<Sandbox> = {
  text: ({ account, namespaces, addresses, faults, environment }) =>
    [
      `# ${disclaimer}`,
      `# account      ${account} (${namespaces.join(', ')})`,
      `# Cloud Ops    ${addresses.controlPlane}`,
      `# frontends    ${addresses.mtls} (client certificate), ${addresses.apiKey} (API key)`,
      ...(faults.length > 0 ? [`# faults       ${faults.join(', ')}`] : []),
      `unset TEMPORAL_PROFILE TEMPORAL_ENV TEMPORAL_TLS_SERVER_NAME TEMPORAL_TLS_CLIENT_CERT_DATA TEMPORAL_TLS_CLIENT_KEY_DATA`,
      ...Object.entries(environment).map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`),
      '# Ctrl-C ends it.',
    ].join('\n'),
  json: ({ account, namespaces, addresses, faults, environment }) => ({
    schemaVersion: 1,
    notTemporal: true,
    account,
    namespaces,
    addresses,
    faults,
    environment,
  }),
};

/** One line for stderr, so that nobody takes the answers for real ones. */
export function sandboxNotice({ account, faults }: Pick<Sandbox, 'account' | 'faults'>): string {
  const injected = faults.length > 0 ? `; faults: ${faults.join(', ')}` : '';
  return `${marks.info} sandbox: a rehearsal account (${account}) on this machine, not Temporal${injected}`;
}

interface Faults {
  readonly items: readonly { readonly name: string; readonly summary: string; readonly count?: number }[];
  readonly warnings: readonly string[];
}

export const faultsView: View<Faults> = {
  text: ({ items }) => {
    const width = Math.max(...items.map(({ name }) => name.length));
    return items
      .map(
        ({ name, summary, count }) =>
          `${name.padEnd(width)}  ${summary}${count === undefined ? '' : ` (×${String(count)})`}`,
      )
      .join('\n');
  },
};
