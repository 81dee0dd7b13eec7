import { createHash } from 'node:crypto';
import { fileUri } from '../output/file-uri.ts';
import { auditCodes, type AuditCode, type AuditFinding } from '../payload/audit/codes.ts';

/** What code scanning is told. */
interface Audited {
  readonly findings: readonly AuditFinding[];
  /** The one document, where paths name none. */
  readonly source: string;
  /** Of nexusctl. */
  readonly version: string;
}

const codes = Object.keys(auditCodes) as AuditCode[];

/**
 * SARIF 2.1.0 as GitHub's code scanning takes it: each result with a place in a file, and a fingerprint that stays the same
 * whatever else is found.
 */
export function sarifOf({ findings, source, version }: Audited): object {
  const seen = new Map<string, number>();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'nexusctl payload audit', version, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => {
          const { code, severity, path, message } = finding;
          const at = path.startsWith('$') ? -1 : path.indexOf(':$');
          const uri = fileUri(at === -1 ? source : path.slice(0, at));
          const place = path.slice(at + 1);
          const hash = hashOf([code, uri, place, finding.endpoint ?? '', finding.key ?? '']);
          const count = (seen.get(hash) ?? 0) + 1;
          seen.set(hash, count);
          return {
            ruleId: code,
            ruleIndex: codes.indexOf(code),
            level: severity,
            message: { text: `${place}: ${message}` },
            locations: [
              {
                physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } },
                logicalLocations: [{ fullyQualifiedName: place }],
              },
            ],
            partialFingerprints: { primaryLocationLineHash: `${hash}:${String(count)}` },
          };
        }),
      },
    ],
  };
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function ruleOf(id: AuditCode) {
  const { means, fix } = rules[id];
  return {
    id,
    shortDescription: { text: means },
    fullDescription: { text: means },
    help: { text: fix },
    defaultConfiguration: { level: auditCodes[id] },
    properties: { tags: ['temporal', 'nexus', 'encryption'], precision: 'high', 'problem.severity': auditCodes[id] },
  };
}

interface Rule {
  readonly means: string;
  readonly fix: string;
}

const rules: Readonly<Record<AuditCode, Rule>> = {
  PLAINTEXT: {
    means: 'A payload is in clear where encryption is expected.',
    fix: 'Give the workers and clients of both sides the codec of their keyring.',
  },
  KEY_IN_ID: {
    means: 'The key id of a payload is the key itself: whoever reads the history reads the payload.',
    fix: 'Write with a key of a keyring, and move what is there: decode --mode replay, then encrypt.',
  },
  SIZE_ERROR: {
    means: 'It is more than a Temporal server takes, once encrypted.',
    fix: 'Send less, compress before encrypting, or put large payloads into external storage.',
  },
  MALFORMED: {
    means: 'It cannot be read, so nothing can be said of it.',
    fix: 'Save the document again; look at what wrote the payload.',
  },
  NEEDS_KEY: {
    means: 'A payload needs a key that is to be retired, or may need it and does not say so.',
    fix: 'Keep the key until these histories are past their retention, or move them to another key.',
  },
  KEY_NOT_IN_KEYRING: {
    means: 'A payload names a key or an endpoint that the keyring does not have.',
    fix: 'Add the key to the keyring, or find out who writes with it.',
  },
  OTHER_KEY: {
    means: 'A payload at an endpoint that has keys is under another key: others can read it.',
    fix: "Write inputs with the endpoint's key; results of asynchronous operations may be under another one.",
  },
  UNOPENED: {
    means: 'None of the keys that were tried opens a payload, or they could not be tried.',
    fix: 'Add the key that wrote it, or ask who wrote it.',
  },
  SIZE_WARNING: {
    means: 'A Temporal server warns of this size, once it is encrypted.',
    fix: 'Send less, or put large payloads into external storage.',
  },
  CLEAR_FAILURE: {
    means: 'The message or the stack trace of a failure is in clear.',
    fix: 'Turn on encodeCommonAttributes of the failure converter, beside a codec that encrypts.',
  },
  CLEAR_HEADER: {
    means: 'A header of an operation or of a callback is in clear: no codec touches headers.',
    fix: 'Keep secrets and personal data out of Nexus headers.',
  },
  NO_KEY_ID: {
    means: 'An encrypted payload names no key: a rotation cannot tell which key it needs.',
    fix: 'Write with a codec that names its key.',
  },
  UNKNOWN_CODEC: {
    means: 'A payload has the format of another codec: whether it is safe cannot be told.',
    fix: 'Ask the owner of the codec.',
  },
  STORED: {
    means: 'A payload lies in external storage: what encrypts it there is not seen.',
    fix: 'Look at the bucket, or fetch what lies there with --resolve of decode.',
  },
};
