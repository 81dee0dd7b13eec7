import { classify, type Classified, type Damage, type Item } from '../certificates/classify.ts';
import { isPrivateKey, kindNames, type Kind } from '../certificates/kind.ts';
import { describeManglings } from '../certificates/mangling.ts';
import { readersOf, type Wanted } from '../certificates/readers.ts';
import { originText, type Origin } from '../profile/profile.ts';
import type { Material } from './check.ts';
import { sdks, type Sdk } from './sdk.ts';
import { commandLine, finding, type Finding, type Fix } from './finding.ts';
import { placeOf } from './place.ts';

export type Role = 'certificate' | 'private-key' | 'ca';

/** One configured certificate, key or CA file, looked at. */
export interface Examined {
  readonly name: string;
  readonly items: readonly Item[];
  readonly holds: (test: (kind: Kind) => boolean) => boolean;
  /** What stops SDKs from reading it in this role; empty when nothing does. */
  readonly problem: (role: Role) => Finding[];
  readonly place: { readonly location?: { readonly file: string; readonly line?: number } };
}

type Read = Material & { readonly state: 'read' };

/** Null when there is nothing to look at. */
export function examine(material: Material, wanted: Wanted): Examined | null {
  if (material.state !== 'read') return null;
  const classified = classify(material.bytes);
  return {
    name: material.name,
    items: classified.items,
    holds: (test) => classified.items.some(({ kind }) => test(kind)),
    problem: (role) => problemOf(material, classified, role, wanted),
    place: located(material.setting.origin),
  };
}

/** CFG015, or CFG016 when the text of the certificate stands where its path should. */
export function unreadable({ name, why, message, setting }: Material & { readonly state: 'unreadable' }): Finding {
  const { evidence, location } = placeOf(setting.origin);
  const given = { evidence: { ...evidence, path: name }, ...(location === undefined ? {} : { location }) };
  const reference = setting.value.kind === 'reference' ? setting.value.reference : '';
  if (/-----\s*BEGIN|^(?:file:)?(?:LS0tLS1CRUdJTi|MII[A-Za-z0-9+/]{60})/.test(reference))
    return finding('CFG016', `${sourceName(setting.origin)} holds the text itself where a path is expected`, {
      ...given,
      evidence,
      fix: [{ text: dataSettingAdvice(setting.origin) }],
    });
  switch (why) {
    case 'missing':
      return finding('CFG015', `${name} is not there (${sourceName(setting.origin)})${tilde(reference)}`, given);
    case 'misplaced':
      return finding(
        'CFG020',
        `${name} is not beside the configuration file, but in the working folder (${sourceName(setting.origin)}): SDKs that start here find it, nexusctl does not`,
        { ...given, severity: 'error', affects: [] },
      );
    case 'forbidden':
      return finding('CFG015', `${name} may not be read by this user (${sourceName(setting.origin)})`, given);
    case 'folder':
      return finding('CFG015', `${name} is a folder, not a file (${sourceName(setting.origin)})`, given);
    case 'too-large':
      return finding('CFG015', `${name} is larger than any certificate or key (${sourceName(setting.origin)})`, given);
    case 'withheld':
      return finding(
        'CFG015',
        `${name} is not resolved offline, so nothing is said about it (${sourceName(setting.origin)})`,
        {
          ...given,
          severity: 'info',
          fix: [{ text: 'Leave out --offline to test it too.' }],
        },
      );
    case 'failed':
      return finding('CFG015', `${message} (${sourceName(setting.origin)})`, given);
  }
}

function tilde(reference: string): string {
  return /^(?:file:)?~/.test(reference) ? ': ~ is not expanded in a value' : '';
}

function dataSettingAdvice(origin: Origin): string {
  const name = originText(origin);
  return name.endsWith('_PATH')
    ? `Move the value to ${name.replace(/_PATH$/, '_DATA')}.`
    : 'Write it to a file and name that file.';
}

function sourceName(origin: Origin): string {
  return origin.kind === 'default' ? 'by default' : originText(origin);
}

function located(origin: Origin): Examined['place'] {
  const { location } = placeOf(origin);
  return location === undefined ? {} : { location };
}

function problemOf(material: Read, classified: Classified, role: Role, wanted: Wanted): Finding[] {
  const { items, manglings, damage } = classified;
  const isWanted = wanted === 'certificate' ? (kind: Kind) => kind === 'certificate' : isPrivateKey;
  const usable = items.some(({ kind }) => isWanted(kind));
  if (!usable)
    return [damage === null || items.length > 0 ? otherKind(material, items, role) : damaged(material, damage, role)];
  if (damage !== null && role !== 'private-key') return [partlyDamaged(material, damage, role)];
  if (manglings.length === 0) return [];
  const readers = readersOf(material.bytes, wanted);
  const failing = sdks.filter((sdk) => !readers[sdk]);
  if (failing.length === 0) return [];
  return [
    failing.length === sdks.length || (!readers['typescript-client'] && !readers.core)
      ? mangled(material, classified, role)
      : divided(material, classified, failing, role),
  ];
}

const codeFor = {
  certificate: { form: 'CRT002', content: 'CRT003' },
  'private-key': { form: 'KEY001', content: 'KEY001' },
  ca: { form: 'CA001', content: 'CA001' },
} as const;

const settingNames = {
  certificate: 'the client certificate',
  'private-key': 'the client key',
  ca: 'the server CA',
} as const;

function mangled(material: Read, { manglings, items }: Classified, role: Role): Finding {
  const code = manglings.includes('no-footer') ? codeFor[role].content : codeFor[role].form;
  const [first] = items;
  return finding(code, `${settingNames[role]} in ${material.name} cannot be read: ${describeManglings(manglings)}`, {
    evidence: { path: material.name, kind: first?.kind ?? 'unknown', repair: manglings.join(', ') },
    fix: repairs(material, role),
    ...located(material.setting.origin),
  });
}

/** Read by one SDK and not by another: works in one program and not in the next. */
function divided(material: Read, { manglings }: Classified, affects: readonly Sdk[], role: Role): Finding {
  return finding(
    'CRT014',
    `${settingNames[role]} in ${material.name}: ${describeManglings(manglings)}, which ${affects.map((sdk) => sdkNames[sdk]).join(' and ')} cannot read`,
    {
      evidence: { path: material.name, repair: manglings.join(', ') },
      fix: repairs(material, role),
      affects,
      ...located(material.setting.origin),
    },
  );
}

const sdkNames: Readonly<Record<Sdk, string>> = {
  'typescript-client': 'the TypeScript client',
  core: 'core-based workers',
  go: 'Go',
};

const damageWords: Readonly<Record<Damage, string>> = {
  empty: 'is empty',
  truncated: 'is cut off',
  corrupt: 'is corrupt: its content is no certificate and no key',
  path: 'is a path, not the content of a file',
  'java-keystore': 'is a Java keystore',
  template: 'is a template that nobody filled in',
  unknown: 'is nothing that is known',
};

function damaged(material: Read, damage: Damage, role: Role): Finding {
  const { evidence, location } = placeOf(material.setting.origin);
  const place = location === undefined ? {} : { location };
  if (damage === 'path' && material.setting.value.kind === 'data')
    return finding('CFG016', `${sourceName(material.setting.origin)} holds a path where the text itself is expected`, {
      evidence,
      fix: [{ text: pathSettingAdvice(material.setting.origin) }],
      ...place,
    });
  const code = damage === 'truncated' || damage === 'corrupt' ? codeFor[role].content : codeFor[role].form;
  return finding(code, `${settingNames[role]} in ${material.name} ${damageWords[damage]}`, {
    evidence: { path: material.name, kind: damage },
    ...place,
  });
}

function pathSettingAdvice(origin: Origin): string {
  const name = originText(origin);
  return name.endsWith('_DATA')
    ? `Move the value to ${name.replace(/_DATA$/, '_PATH')}.`
    : 'Use the setting for the path.';
}

function partlyDamaged(material: Read, damage: Damage, role: 'certificate' | 'ca'): Finding {
  return finding(
    codeFor[role].content,
    `${settingNames[role]} in ${material.name}: a block of it ${damageWords[damage]}`,
    {
      evidence: { path: material.name, kind: damage },
      fix: repairs(material, role),
      ...located(material.setting.origin),
    },
  );
}

function otherKind(material: Read, items: readonly Item[], role: Role): Finding {
  const kind = items[0]?.kind ?? 'unknown';
  const what = `${material.name} holds ${kindNames[kind]}`;
  const evidence = { path: material.name, kind };
  const place = located(material.setting.origin);
  if (role === 'private-key' && kind === 'encrypted-key')
    return finding('KEY002', `${what}, and no SDK asks for one`, {
      evidence,
      fix: [
        {
          text: 'Write it without a passphrase, in a protected place.',
          command: commandLine('openssl', 'pkey', '-in', { KEY: pathOf(material) }, '-out', 'client-plain.key'),
        },
      ],
      ...place,
    });
  if (role === 'private-key' && kind === 'public-key')
    return finding('KEY005', `${what}; the private key is needed`, { evidence, ...place });
  return finding(codeFor[role].form, `${what} where ${settingNames[role]} is expected`, {
    evidence,
    fix: conversions(material, kind, role),
    ...place,
  });
}

function conversions(material: Read, kind: Kind, role: Role): readonly Fix[] {
  const path = { FILE: pathOf(material) };
  if (kind === 'pkcs12')
    return [
      {
        text: 'Take the certificate and the key out of the container.',
        command:
          role === 'private-key'
            ? commandLine('openssl', 'pkcs12', '-in', path, '-nodes', '-nocerts', '-out', 'client.key')
            : commandLine('openssl', 'pkcs12', '-in', path, '-nodes', '-clcerts', '-nokeys', '-out', 'client.pem'),
      },
    ];
  if (kind === 'request')
    return [{ text: 'A request is not a certificate yet: have it signed by the CA and use what comes back.' }];
  return [{ text: `Configure the file that holds ${settingNames[role]}.` }];
}

/** `cert repair` takes a file or a variable, so both can be mended in one step. */
function repairs(material: Read, role: Role): readonly Fix[] {
  const out = role === 'private-key' ? 'client.key' : role === 'ca' ? 'server-ca.pem' : 'client.pem';
  const reference = referenceOf(material);
  const text = 'Write it as PEM that every SDK reads, and configure that file.';
  if (reference === null) return [{ text }];
  return [{ text, command: commandLine('nexusctl', 'cert', 'repair', { FILE: reference }, '--out', out) }];
}

function referenceOf({ setting }: Read): string | null {
  if (setting.value.kind === 'reference') return setting.value.reference.replace(/^file:/, '');
  return setting.origin.kind === 'environment' ? `env:${setting.origin.name}` : null;
}

function pathOf(material: Read): string {
  const reference = referenceOf(material);
  return reference === null || reference.startsWith('env:') ? 'FILE' : reference;
}
