import { toPem, type Item } from '../../certificates/classify.ts';
import { isPrivateKey, type Kind } from '../../certificates/kind.ts';
import type { Check, CheckInput, EvidenceMap, Material, Subject } from '../check.ts';
import { commandLine, finding, type Finding } from '../finding.ts';
import { examine, unreadable, type Examined } from '../material.ts';

/** Can the certificate, its key and the CA file be read by every SDK? Nothing is judged yet but their form. */
export const certificateFiles: Check<'certificate-files'> = {
  id: 'certificate-files',
  title: 'certificate, key and CA file can be read by every SDK',
  layer: 'local',
  needs: [],
  run: ({ subject }: CheckInput) => {
    const { serverCa } = subject.material;
    const { clientCert, clientKey } = usesClientPair(subject) ? subject.material : nothing;
    if ([clientCert, clientKey, serverCa].every(({ state }) => state === 'absent'))
      return Promise.resolve({ notApplicable: 'neither certificate, key nor CA is configured' });
    const cert = examine(clientCert, 'certificate');
    const key = examine(clientKey, 'private-key');
    const ca = examine(serverCa, 'certificate');
    const findings = [
      ...(swapped(cert, key) ?? [
        ...problems(clientCert, cert, 'certificate'),
        ...problems(clientKey, key, 'private-key'),
      ]),
      ...problems(serverCa, ca, 'ca'),
      ...openKey(clientKey, key),
    ];
    return Promise.resolve({ findings, evidence: evidenceOf(cert, key, ca) });
  },
};

const nothing = { clientCert: { state: 'absent' }, clientKey: { state: 'absent' } } as const;

/** With `--auth api-key` the certificate stays at home. */
export function usesClientPair({ profile }: Subject): boolean {
  return profile.auth?.value !== 'api-key';
}

function problems(
  material: Material,
  examined: Examined | null,
  role: 'certificate' | 'private-key' | 'ca',
): Finding[] {
  if (material.state === 'unreadable') return [unreadable(material)];
  return examined === null ? [] : examined.problem(role);
}

function swapped(cert: Examined | null, key: Examined | null): Finding[] | null {
  if (cert === null || key === null) return null;
  const certIsKey = cert.holds(isPrivateKey) && !cert.holds((kind) => kind === 'certificate');
  const keyIsCert = key.holds((kind) => kind === 'certificate') && !key.holds(isPrivateKey);
  if (!certIsKey || !keyIsCert) return null;
  return [
    finding('KEY004', `${cert.name} holds the private key and ${key.name} the certificate: they are swapped`, {
      evidence: { path: cert.name },
      ...cert.place,
    }),
  ];
}

/** Group members and others may read it. */
function openKey(material: Material, examined: Examined | null): Finding[] {
  if (material.state !== 'read' || material.mode === undefined || (material.mode & 0o044) === 0) return [];
  if (examined?.holds(isPrivateKey) !== true) return [];
  const mode = (material.mode & 0o777).toString(8).padStart(4, '0');
  return [
    finding('KEY006', `${material.name} can be read by other users of this machine (mode ${mode})`, {
      evidence: { path: material.name, mode },
      fix: [{ text: 'Let only its owner read it.', command: commandLine('chmod', '600', { KEY_FILE: material.name }) }],
    }),
  ];
}

function evidenceOf(
  cert: Examined | null,
  key: Examined | null,
  ca: Examined | null,
): EvidenceMap['certificate-files'] {
  const certificates = itemsOf(cert, (kind) => kind === 'certificate');
  const keys = itemsOf(key, isPrivateKey);
  const authorities = itemsOf(ca, (kind) => kind === 'certificate');
  const [privateKey] = keys;
  const clientPair = { cert: pemOf(certificates), key: pemOf(keys), certificates: certificates.map(({ der }) => der) };
  return {
    ...(certificates.length === 0 || privateKey === undefined
      ? {}
      : { clientPair: { ...clientPair, privateKey: privateKey.der } }),
    ...(authorities.length === 0 ? {} : { serverCa: pemOf(authorities) }),
    authorities: authorities.map(({ der }) => der),
  };
}

function itemsOf(examined: Examined | null, isWanted: (kind: Kind) => boolean): readonly Item[] {
  return examined?.items.filter(({ kind }) => isWanted(kind)) ?? [];
}

function pemOf(items: readonly Item[]): string {
  return items.map(toPem).join('');
}
