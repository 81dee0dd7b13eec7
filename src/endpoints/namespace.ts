/** A namespace as the JSON contract shows it. What a backend does not know is absent. */
export interface Namespace {
  /** Cloud: the full id (`name.account`), which is what callers and targets are named by. */
  readonly name: string;
  readonly id?: string;
  /** E.g. `active`, `registered`, `deprecated`. */
  readonly state: string;
  readonly retentionDays: number;
  readonly regions?: readonly string[];
  readonly addresses?: readonly string[];
  readonly auth?: readonly ('mtls' | 'api-key')[];
  readonly clientCas?: readonly ClientCa[];
  readonly createdAt?: string;
}

export interface ClientCa {
  readonly subject: string;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string;
  readonly notAfter: string;
}

/** What can be asked about namespaces. Filled by adapters/cloud-namespaces.ts and adapters/frontend.ts. */
export interface NamespaceApi {
  readonly list: (signal: AbortSignal) => Promise<readonly Namespace[]>;
  /** Null when there is none of this name. */
  readonly get: (name: string, signal: AbortSignal) => Promise<Namespace | null>;
}

/** The CA certificates that end before a moment, with the namespace that trusts them. */
export function expiringCas(
  namespaces: readonly Namespace[],
  before: Date,
): readonly (ClientCa & { readonly namespace: string })[] {
  return namespaces.flatMap(({ name, clientCas = [] }) =>
    clientCas
      .filter(({ notAfter }) => new Date(notAfter).getTime() < before.getTime())
      .map((ca) => ({ ...ca, namespace: name })),
  );
}
