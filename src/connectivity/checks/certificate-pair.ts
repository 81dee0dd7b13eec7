import { factsOf } from '../../certificates/facts.ts';
import { certificateOfKey } from '../../certificates/repair.ts';
import type { Check, ClientPair } from '../check.ts';
import { commandLine, finding, type Finding } from '../finding.ts';
import { usesClientPair } from './certificate-files.ts';

/** Has the first certificate of the file the public half of the key? */
export const certificatePair: Check<'certificate-pair'> = {
  id: 'certificate-pair',
  title: 'client certificate and key belong together',
  layer: 'local',
  needs: ['certificate-files'],
  run: ({ subject, evidence }) => {
    const pair = evidence('certificate-files')?.clientPair;
    if (!usesClientPair(subject) || pair === undefined)
      return Promise.resolve({ notApplicable: 'there is no certificate and key to compare' });
    const { clientCert, clientKey } = subject.material;
    const names = {
      cert: clientCert.state === 'absent' ? 'the certificate' : clientCert.name,
      key: clientKey.state === 'absent' ? 'the key' : clientKey.name,
    };
    return Promise.resolve({ findings: judge(pair, names), evidence: null });
  },
};

function judge(
  { certificates, privateKey }: ClientPair,
  names: { readonly cert: string; readonly key: string },
): Finding[] {
  const [leaf] = certificates;
  const position = certificateOfKey(certificates, privateKey);
  if (position === 0 || leaf === undefined) return [];
  const { subject, fingerprint } = factsOf(leaf);
  if (position === null)
    return [
      finding('KEY003', `the key ${names.key} is not the key of ${subject} in ${names.cert}`, {
        evidence: { path: names.key, subject, fingerprint },
      }),
    ];
  return [
    finding(
      'CRT011',
      `the key belongs to certificate ${String(position + 1)} of ${names.cert}, which must stand first; ${subject} does`,
      {
        evidence: { path: names.cert, subject, fingerprint, position: position + 1 },
        fix: [
          {
            text: 'Put the leaf first.',
            command: commandLine(
              'nexusctl',
              'cert',
              'repair',
              { FILE: names.cert },
              '--key',
              { KEY: names.key },
              '--out',
              'client.pem',
            ),
          },
        ],
      },
    ),
  ];
}
