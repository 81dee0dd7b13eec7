import type { ParsedAddress } from './address.ts';
import type { Subject } from './check.ts';
import { commandLine, finding, type Finding } from './finding.ts';
import { placeOf } from './place.ts';

/**
 * Do address and namespace have the forms of Temporal Cloud (connections.md 2.1): NAME.ACCOUNT.tmprl.cloud, a regional
 * name, and the namespace as NAME.ACCOUNT?
 */
export function cloudNames({ host }: ParsedAddress, subject: Subject): Finding[] {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  const namespace = subject.profile.namespace.value;
  if (endsWith(labels, ['api', 'temporal', 'io'])) return namespaceForm(namespace, null, subject);
  if (!endsWith(labels, ['tmprl', 'cloud'])) return [];
  const own = labels.slice(0, -2);
  if (own[0] === 'web') return [];
  if (own.length === 2 && own[1] === 'region') return namespaceForm(namespace, null, subject);
  if (own.length === 2) return namespaceForm(namespace, own.join('.'), subject);
  return [noAccount(host, own, subject)];
}

function noAccount(host: string, own: readonly string[], { profile }: Subject): Finding {
  const { evidence, location } = placeOf(profile.address.origin);
  const given = { evidence: { ...evidence, host }, ...(location === undefined ? {} : { location }) };
  if (own[0] === 'saas-api')
    return finding('ADR007', `${host} is the control plane of Temporal Cloud, not the address of a namespace`, {
      ...given,
      fix: [{ text: 'Use NAMESPACE.ACCOUNT.tmprl.cloud:7233; the control plane is `--cloud-address`.' }],
    });
  const namespace = profile.namespace.value;
  const meant =
    /^[a-z][a-z0-9-]*\.[a-z0-9]+$/.test(namespace) && own.length === 1 ? `${namespace}.tmprl.cloud:7233` : null;
  return finding('ADR007', `${host} has no account: Cloud names are NAMESPACE.ACCOUNT.tmprl.cloud`, {
    ...given,
    evidence: { ...given.evidence, ...(meant === null ? {} : { suggestion: meant }) },
    ...(meant === null
      ? {}
      : {
          fix: [{ text: `Use ${meant}.`, command: commandLine('export', ['TEMPORAL_ADDRESS=', { HOST_PORT: meant }]) }],
        }),
  });
}

/** @param inAddress the namespace that the address names; null for a regional address */
function namespaceForm(namespace: string, inAddress: string | null, { profile }: Subject): Finding[] {
  const { evidence, location } = placeOf(profile.namespace.origin);
  const suggestion = inAddress ?? undefined;
  const given = {
    evidence: { ...evidence, namespace, ...(suggestion === undefined ? {} : { suggestion }) },
    ...(location === undefined ? {} : { location }),
    ...(suggestion === undefined
      ? {}
      : {
          fix: [
            {
              text: `Set the namespace to ${suggestion}.`,
              command: commandLine('export', ['TEMPORAL_NAMESPACE=', { NAMESPACE: suggestion }]),
            },
          ],
        }),
  };
  if (namespace === inAddress) return [];
  if (namespace === 'default') {
    const said = profile.namespace.origin.kind === 'default' ? 'no namespace is configured, and ' : '';
    return [finding('CFG017', `${said}\`default\` does not exist on Temporal Cloud`, given)];
  }
  if (!namespace.includes('.'))
    return [
      finding(
        'ADR007',
        `the namespace ${JSON.stringify(namespace)} has no account: on Cloud it is NAME.ACCOUNT`,
        given,
      ),
    ];
  if (inAddress === null) return [];
  const sameButCase = namespace.toLowerCase() === inAddress;
  return [
    finding(
      'CFG017',
      `the namespace is ${JSON.stringify(namespace)}, the address is that of ${inAddress}${sameButCase ? ' (names are in lower case)' : ''}`,
      given,
    ),
  ];
}

function endsWith(labels: readonly string[], tail: readonly string[]): boolean {
  return labels.length > tail.length && labels.slice(-tail.length).join('.') === tail.join('.');
}
