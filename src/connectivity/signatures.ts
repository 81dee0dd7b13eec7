import { broken } from './signatures/broken.ts';
import { certificates } from './signatures/certificates.ts';
import { configuration } from './signatures/configuration.ts';
import { http } from './signatures/http.ts';
import { network } from './signatures/network.ts';
import { server } from './signatures/server.ts';
import type { Signature } from './signatures/signature.ts';
import { tls } from './signatures/tls.ts';

/**
 * Texts of the TypeScript client (gRPC for Node), the Rust core (workers of TypeScript, Python, .NET, Ruby), Go and
 * the CLI, Java (netty) and PHP (gRPC C core). The first that matches counts most; what is opaque stands last.
 */
export const signatures: readonly Signature[] = [
  ...configuration,
  ...certificates,
  ...network,
  ...tls,
  ...http,
  ...server,
  ...broken,
];
