import { marks } from '../output/style.ts';
import type { View } from '../output/view.ts';

/** What a running rehearsal account tells about itself. */
interface Sandbox {
  /** Absent on a self-hosted cluster. */
  readonly account?: string;
  readonly namespaces: readonly string[];
  readonly addresses: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const disclaimer =
  'This is a rehearsal of nexusctl, not Temporal: it runs no workflow and forgets everything when it ends.';

/** Text that a POSIX shell can read, with everything that is not an assignment in comments. */
export const sandboxView: View<Sandbox> = {
  showsSecrets: true,
  text: ({ account, namespaces, addresses, faults, environment }) =>
    [
      `# ${disclaimer}`,
      `# ${account === undefined ? 'self-hosted cluster' : `account ${account}`}, namespaces ${namespaces.join(', ')}`,
      ...Object.entries(addresses).map(([name, address]) => `# ${(servers[name] ?? name).padEnd(33)}${address}`),
      ...(faults.length > 0 ? [`# faults: ${faults.join(', ')}`] : []),
      `unset ${ownersVariables.join(' ')}`,
      ...Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}`),
      '# Ctrl-C ends it.',
    ].join('\n'),
  json: ({ account, namespaces, addresses, faults, environment }) => ({
    schemaVersion: 1,
    notTemporal: true,
    ...(account === undefined ? {} : { account }),
    namespaces,
    addresses,
    faults,
    environment,
  }),
};

const servers: Readonly<Record<string, string>> = {
  controlPlane: 'Cloud Ops API',
  mtls: 'frontend with client certificate',
  apiKey: 'frontend with API key',
  plain: 'frontend in clear',
};

/** Would count beside the block: a profile that is not there, or data beside a path. */
const ownersVariables = [
  'TEMPORAL_PROFILE',
  'TEMPORAL_ENV',
  'TEMPORAL_TLS_SERVER_NAME',
  'TEMPORAL_TLS_CLIENT_CERT_DATA',
  'TEMPORAL_TLS_CLIENT_KEY_DATA',
  'TEMPORAL_TLS_SERVER_CA_CERT_DATA',
];

function quote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** One line for stderr, so that nobody takes the answers for real ones. */
export function sandboxNotice({ account, faults }: Pick<Sandbox, 'account' | 'faults'>): string {
  const what = account === undefined ? 'a rehearsal cluster' : `a rehearsal account (${account})`;
  const injected = faults.length > 0 ? `; faults: ${faults.join(', ')}` : '';
  return `${marks.info} sandbox: ${what} on this machine, not Temporal${injected}`;
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
