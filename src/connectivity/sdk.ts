/** The SDKs whose connecting is told apart: they differ in TLS library, trust store, proxies and configuration. */
export const sdks = ['typescript-client', 'core', 'go'] as const;
/** `core` is what the workers of TypeScript, Python, .NET and Ruby are built on. */
export type Sdk = (typeof sdks)[number];
