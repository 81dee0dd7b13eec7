import { classify } from '../../certificates/classify.ts';
import { inspect, type Certificate } from '../../certificates/inspect.ts';
import {
  issueCa,
  issueLeaf,
  issuerKey,
  keyKinds,
  type Issued,
  type Issuer,
  type KeyKind,
} from '../../certificates/issue.ts';
import { isPrivateKey } from '../../certificates/kind.ts';
import { factsOf } from '../../certificates/facts.ts';
import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { emit } from '../../output/emit.ts';
import { generatedView } from '../../views/cert-written.ts';
import { Option, type Command } from '../commander.ts';
import { collect, examples, parseDuration, withOutput } from '../options.ts';
import { readSource } from './source.ts';
import { writeNew } from './write.ts';

const day = 86_400_000;
const kinds = ['ca', 'client', 'server'] as const;
type Kind = (typeof kinds)[number];

/** Small clock differences between machines must not make a new certificate "not yet valid". */
const backdateMs = 5 * 60_000;

export function certGenerate(command: Command, context: Context): unknown {
  return withOutput(command, 'text', 'json')
    .argument('<kind>', 'ca, client or server')
    .option('--common-name <name>', 'its name; along a chain all names differ')
    .option('--organization <name>', 'organization in its name')
    .addOption(new Option('--key-type <kind>', 'kind of key').choices(keyKinds).default('ecdsa-p256' as const))
    .addOption(new Option('--validity <duration>', 'how long it lasts (365d)').argParser(parseDuration))
    .addOption(new Option('--name <name>', 'DNS name or IP address of it; repeatable').argParser(collect))
    .option('--ca-cert <ref>', 'CA that issues it', 'ca.pem')
    .option('--ca-key <ref>', 'key of that CA', 'ca.key')
    .option('--out <prefix>', 'writes PREFIX.pem and PREFIX.key (the kind)')
    .option('--dry-run', 'show what would be written')
    .option('-y, --yes', 'replace files that are there')
    .addOption(new Option('--no-input', 'never ask'))
    .addHelpText(
      'after',
      examples(
        [
          'a CA to upload to a Cloud namespace',
          'nexusctl cert generate ca --common-name "Orders CA" --organization Orders',
        ],
        [
          'a certificate of it for a worker',
          'nexusctl cert generate client --common-name orders-worker --validity 90d',
        ],
        [
          'one for a self-hosted frontend',
          'nexusctl cert generate server --common-name temporal --name temporal.example.com',
        ],
      ),
    )
    .action(async (given, options) => {
      const kind = kindOf(given);
      const commonName = options.commonName ?? (kind === 'ca' ? undefined : kind);
      if (commonName === undefined)
        throw new NexusctlError('USAGE', 'a CA needs a name', { hint: 'for example --common-name "Orders CA"' });
      const names = options.name ?? (kind === 'server' ? [commonName] : []);
      const issuer = kind === 'ca' ? null : await readIssuer(context, options.caCert, options.caKey);
      const order = { commonName, organization: options.organization, keyKind: options.keyType, names };
      const issued = await issue(kind, order, validity(context.now(), options.validity, issuer), issuer);
      const prefix = options.out ?? kind;
      const files = { certificate: `${prefix}.pem`, key: `${prefix}.key` };
      context.redactor.add(issued.key);
      const written =
        options.dryRun === true
          ? { changed: false }
          : await writeNew(context, options, [
              { path: files.key, text: issued.key },
              { path: files.certificate, text: issued.certificate },
            ]);
      const certificate = describe(issued, context.now(), kind);
      const result = {
        ...written,
        dryRun: options.dryRun === true,
        files,
        certificate,
        next: nextSteps(kind, files),
        warnings: [],
      };
      await emit(context, options, generatedView, result);
    });
}

function kindOf(text: string): Kind {
  const kind = kinds.find((candidate) => candidate === text);
  if (kind !== undefined) return kind;
  throw new NexusctlError('USAGE', `there is no certificate of the kind '${text}'`, {
    hint: 'one of: ca, client, server',
  });
}

/** Without a wish, a certificate never outlives its CA. */
function validity(
  now: Date,
  wish: number | undefined,
  issuer: Issuer | null,
): { readonly notBefore: Date; readonly notAfter: Date } {
  // X.509 counts whole seconds.
  const start = Math.floor(now.getTime() / 1000) * 1000;
  const end = start + (wish ?? 365 * day);
  const latest = issuer === null || wish !== undefined ? Infinity : factsOf(issuer.certificate).notAfter.getTime();
  return { notBefore: new Date(start - backdateMs), notAfter: new Date(Math.min(end, latest)) };
}

interface Wish {
  readonly commonName: string;
  readonly organization: string | undefined;
  readonly keyKind: KeyKind;
  readonly names: readonly string[];
}

function issue(
  kind: Kind,
  { organization, ...wish }: Wish,
  dates: { readonly notBefore: Date; readonly notAfter: Date },
  issuer: Issuer | null,
): Promise<Issued> {
  const order = { ...wish, ...dates, ...(organization === undefined ? {} : { organization }) };
  if (issuer === null) return issueCa(order);
  return issueLeaf({ ...order, usages: [kind === 'server' ? 'serverAuth' : 'clientAuth'] }, issuer);
}

async function readIssuer(context: Context, certReference: string, keyReference: string): Promise<Issuer> {
  const [cert, key] = [await readSource(context, certReference), await readSource(context, keyReference)];
  const certificate = classify(cert.bytes).items.find(({ kind }) => kind === 'certificate');
  const keyItem = classify(key.bytes).items.find(({ kind }) => isPrivateKey(kind));
  if (certificate === undefined || !factsOf(certificate.der).isCa)
    throw new NexusctlError('INPUT_INVALID', `${cert.name} holds no CA certificate`, {
      hint: 'make one first: nexusctl cert generate ca --common-name "Orders CA"',
    });
  if (keyItem === undefined)
    throw new NexusctlError('KEY_INVALID', `${key.name} holds no private key that can be used`, {
      hint: `nexusctl cert inspect ${key.name} says what it is`,
    });
  const authority = { certificate: certificate.der, key: issuerKey(keyItem) };
  const { findings } = inspect(cert.bytes, {
    source: cert.name,
    now: context.now(),
    expiresInMs: 0,
    cloud: false,
    key: key.bytes,
  });
  const mismatch = findings.find(({ code }) => code === 'KEY003');
  if (mismatch !== undefined)
    throw new NexusctlError('KEY_INVALID', `${key.name} is not the key of ${cert.name}`, {
      hint: 'give the pair that was made together',
    });
  return authority;
}

function describe({ certificate }: Issued, now: Date, kind: Kind): Certificate {
  const [item] = inspect(Buffer.from(certificate), {
    source: kind,
    now,
    expiresInMs: 0,
    cloud: false,
    purpose: kind,
  }).items;
  if (item === undefined) throw new Error('the certificate that was made cannot be read');
  return item;
}

/** What comes next; uploading stays with the tools of Temporal. */
function nextSteps(kind: Kind, files: { readonly certificate: string; readonly key: string }): readonly string[] {
  switch (kind) {
    case 'ca':
      return [
        `tcld namespace accepted-client-ca add --namespace NAMESPACE.ACCOUNT --ca-certificate-file ${files.certificate}`,
        `nexusctl cert generate client --ca-cert ${files.certificate} --ca-key ${files.key}`,
      ];
    case 'client':
      return [`nexusctl connect-test --tls-cert-path ${files.certificate} --tls-key-path ${files.key}`];
    case 'server':
      return [`nexusctl cert inspect ${files.certificate} --key ${files.key}`];
  }
}
