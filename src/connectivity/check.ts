import type { Profile, SecretSource, Setting } from '../profile/profile.ts';
import type { Code, Layer } from './catalogue.ts';
import type { Finding } from './finding.ts';
import type { Net, PeerTls, Session, SessionResult, SessionSecurity } from './net.ts';
import type { Sdk } from './sdk.ts';

/**
 * One check: an id, a true sentence, what it builds on, and a function. Checks share nothing but the evidence that
 * each declares.
 */
export interface Check<Id extends CheckId = CheckId> {
  readonly id: Id;
  /** What is true when the check passes. */
  readonly title: string;
  readonly layer: Layer;
  /** Checks that must have passed or warned (or not apply); otherwise this one is skipped, visibly. Evidence is theirs. */
  readonly needs: readonly CheckId[];
  /** Checks to wait for whatever their result; their evidence may be missing. */
  readonly after?: readonly CheckId[];
  /** The finding when the step's time limit ends the check. Local checks have none. */
  readonly onTimeout?: Code;
  /** Only with --deep. */
  readonly deep?: boolean;
  readonly run: (input: CheckInput) => Promise<Outcome<EvidenceMap[Id]>>;
}

export type Outcome<E> =
  | { readonly findings: readonly Finding[]; readonly evidence?: E }
  /** There is nothing to check here, and that stops nobody: "TLS is off". */
  | { readonly notApplicable: string };

export interface CheckInput {
  readonly subject: Subject;
  readonly net: Net;
  /** Evidence of a check named in `needs` or `after`; undefined when it gave none. */
  readonly evidence: <Id extends CheckId>(id: Id) => EvidenceMap[Id] | undefined;
  /** Ends when the step, the test or the command ends. */
  readonly signal: AbortSignal;
  /** Milliseconds that this step may take. */
  readonly limitMs: number;
}

/** What is tested: the profile with its material read, and the facts about this machine that findings need. */
export interface Subject {
  readonly profile: Profile;
  /** TLS as nexusctl uses it: said explicitly, or implied by a credential or any TLS setting. */
  readonly tls: boolean;
  readonly material: {
    readonly clientCert: Material;
    readonly clientKey: Material;
    readonly serverCa: Material;
    readonly apiKey: Material;
  };
  readonly now: Date;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** This process runs inside a container. */
  readonly container: boolean;
  /** A certificate that ends sooner is a warning. */
  readonly certificateExpiryMs: number;
  readonly keyExpiryMs: number;
  readonly sdk: Sdk | null;
  readonly strict: boolean;
  /** Milliseconds without traffic that a connection must outlast (--deep). */
  readonly idleMs: number;
  /** With --cloud: the control plane and its credential. */
  readonly cloud: { readonly address: string; readonly apiKey: Material; readonly ca: Material } | null;
}

/** A configured certificate, key or token, read. */
export type Material =
  | { readonly state: 'absent' }
  | {
      readonly state: 'read';
      readonly bytes: Uint8Array;
      /** What a person calls it: a path, a reference without its secret part, or the name of a variable. */
      readonly name: string;
      readonly setting: Setting<SecretSource>;
      /** POSIX permission bits when it is a file. */
      readonly mode?: number;
    }
  | {
      readonly state: 'unreadable';
      readonly why: 'missing' | 'misplaced' | 'forbidden' | 'folder' | 'too-large' | 'failed' | 'withheld';
      readonly name: string;
      readonly message: string;
      readonly setting: Setting<SecretSource>;
    };

/** A client certificate with its chain, and its key: as PEM that Node's TLS takes, and as DER. */
export interface ClientPair {
  readonly cert: string;
  readonly key: string;
  /** The leaf first, as configured. */
  readonly certificates: readonly Uint8Array[];
  readonly privateKey: Uint8Array;
}

/** What each check leaves for others. `null` for those that only judge. */
export interface EvidenceMap {
  readonly configuration: null;
  readonly address: AddressEvidence;
  /** Absent when not configured. The server CA as PEM, `authorities` the same as DER. */
  readonly 'certificate-files': {
    readonly clientPair?: ClientPair;
    readonly serverCa?: string;
    readonly authorities: readonly Uint8Array[];
  };
  readonly 'certificate-pair': null;
  readonly 'certificate-policy': null;
  /** The key as it would be sent, or undefined when none is configured or usable. */
  readonly token: { readonly apiKey?: string };
  readonly 'proxy-environment': ProxyEvidence;
  readonly dns: { readonly addresses: readonly string[]; readonly canonicalName?: string };
  readonly proxy: null;
  /** Addresses that accepted a connection, in the order in which clients try them. */
  readonly tcp: { readonly reachable: readonly string[]; readonly refused: readonly string[] };
  readonly tls: PeerTls;
  readonly 'tls-trust': TrustEvidence;
  readonly 'client-certificate': {
    readonly attempt: SessionResult;
    readonly security: SessionSecurity & { readonly tls: true };
    /** A certificate is configured, and the server let the handshake pass without asking for one. */
    readonly neverAsked: boolean;
  };
  readonly http2: { readonly session: Session };
  readonly 'system-info': SystemInfo;
  readonly namespace: { readonly id?: string; readonly state: string };
  readonly nexus: null;
  readonly 'round-trip': { readonly p50Ms: number; readonly p95Ms: number };
  readonly 'message-size': null;
  readonly 'long-poll': null;
  readonly idle: null;
  readonly 'cloud-control-plane': null;
}

export type CheckId = keyof EvidenceMap;

export interface AddressEvidence {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** 0: a name. */
  readonly family: 0 | 4 | 6;
  /** The name to verify and to send as SNI: the configured server name, else the host. */
  readonly serverName: string;
  /** A Temporal Cloud address. */
  readonly cloud: boolean;
}

export interface ProxyEvidence {
  /** The proxy that the TypeScript client would go through; null for the direct way. */
  readonly proxy: {
    readonly host: string;
    readonly port: number;
    readonly shown: string;
    readonly auth?: string;
    /** --allow-plaintext-key names the proxy. */
    readonly clearAllowed: boolean;
  } | null;
}

/**
 * One verdict for each trust store that an SDK would use: null is trusted, otherwise OpenSSL's code. With a configured
 * CA all of them use that one.
 */
export interface TrustEvidence {
  readonly stores: {
    readonly configured?: string | null;
    /** Node's roots with NODE_EXTRA_CA_CERTS, or GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: the TypeScript client. */
    readonly node?: string | null;
    /** The roots of the system or SSL_CERT_FILE: workers and Go. `NO_ROOTS` when there are none. */
    readonly system?: string | null;
  };
  /** The roots to connect with, PEM; undefined for those of Node. */
  readonly ca: string | undefined;
}

export interface SystemInfo {
  readonly serverVersion: string;
  readonly nexus: boolean;
  /** What the server says of the policy that it enforces; null when it says nothing. */
  readonly policy: PolicyAnnouncement | null;
  readonly ms: number;
}

/** The response headers of the authorizer module (authorizer/README.md). */
export interface PolicyAnnouncement {
  readonly state: 'enforced' | 'callers-not-authenticated' | 'off';
  readonly digest?: string;
  /** Why the files cannot be used as they are now: an older policy is in force. */
  readonly problem?: string;
}

export type Status = 'pass' | 'warn' | 'fail' | 'skip';

export interface CheckResult {
  readonly id: CheckId | 'sdk';
  readonly title: string;
  readonly layer: Layer;
  readonly status: Status;
  readonly durationMs: number;
  readonly skippedBecause?: string;
  readonly findings: readonly Finding[];
}

export interface Prediction {
  readonly sdk: Sdk;
  readonly connects: boolean;
  readonly reasonCodes: readonly Code[];
}

/** The JSON document of connect-test, without its `schemaVersion`. */
export interface Report {
  readonly tool: 'nexusctl';
  readonly version: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly target: {
    readonly address: string;
    readonly namespace: string;
    readonly auth: readonly ('mtls' | 'api-key')[];
    readonly tls: boolean;
    readonly profile: string;
  };
  readonly backend: string;
  readonly ok: boolean;
  readonly primary: Primary | null;
  readonly checks: readonly CheckResult[];
  readonly predictions: readonly Prediction[];
  readonly warnings: readonly string[];
}

export interface Primary {
  readonly code: Code;
  readonly severity: Finding['severity'];
  readonly check: CheckResult['id'];
  readonly summary: string;
  readonly fix: Finding['fix'];
}
