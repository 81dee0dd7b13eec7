import type { Fault, Healthy, Scene } from '../fault.ts';
import { startGo, type GoServer } from '../go-server.ts';
import type { Lab } from '../lab.ts';
import { ca, pair } from '../scenes.ts';

const go =
  (server: GoServer, client: string | null = null, host = '127.0.0.1', ...more: readonly string[]) =>
  async (lab: Lab): Promise<Scene> => {
    const port = await startGo(lab, server);
    const own = client === null ? [] : pair(lab, client);
    return { args: ['--address', `${host}:${String(port)}`, ...ca(lab), ...own, ...more] };
  };

const verifies = { clientCa: 'client-ca', clientAuth: 'require-and-verify' } as const;
const verifiesIfGiven = { clientCa: 'client-ca', clientAuth: 'verify-if-given' } as const;
/** Takes every certificate in the handshake and then judges by a rule of its own. */
const ownRule = { clientCa: 'client-ca', clientAuth: 'require-any', refuse: 'not on the list' } as const;

const judged: readonly Fault[] = (['1.2', '1.3'] as const).flatMap((max): readonly Fault[] => [
  { name: `no client certificate, TLS ${max}`, code: 'MTL001', scene: go({ ...verifies, max }) },
  { name: `issuer not accepted, TLS ${max}`, code: 'MTL002', scene: go({ ...verifies, max }, 'other-client') },
  { name: `self-signed, TLS ${max}`, code: 'CRT013', scene: go({ ...verifies, max }, 'self-signed-client') },
  { name: `expired, TLS ${max}`, code: 'CRT004', scene: go({ ...verifies, max }, 'expired-client') },
  { name: `not yet valid, TLS ${max}`, code: 'CRT005', scene: go({ ...verifies, max }, 'early-client') },
  { name: `for servers, TLS ${max}`, code: 'CRT008', scene: go({ ...verifies, max }, 'server-usage-client') },
  { name: `without its intermediate, TLS ${max}`, code: 'CRT012', scene: go({ ...verifies, max }, 'chained-client') },
  {
    name: `CA as client, which Go takes, TLS ${max}`,
    code: 'CRT007',
    works: true,
    scene: go({ ...verifies, max }, 'client-ca'),
  },
  { name: `verified if given, TLS ${max}`, code: 'MTL002', scene: go({ ...verifiesIfGiven, max }, 'other-client') },
  { name: `a rule of the server's own, TLS ${max}`, code: 'MTL009', scene: go({ ...ownRule, max }, 'client') },
  {
    name: `any certificate wanted and none given, TLS ${max}`,
    code: 'MTL001',
    scene: go({ clientAuth: 'require-any', max }),
  },
]);

const others: readonly Fault[] = [
  { name: 'TLS 1.1 only', code: 'TLS003', scene: go({ min: '1.0', max: '1.1' }) },
  { name: 'HTTP/1 by ALPN', code: 'TLS005', scene: go({ alpn: ['http/1.1'] }) },
  { name: 'no ALPN and HTTP/1', code: 'H2001', scene: go({ alpn: [] }) },
  { name: 'no common cipher', code: 'TLS004', scene: go({ max: '1.2', ciphers: ['TLS_ECDHE_RSA_WITH_RC4_128_SHA'] }) },
  {
    name: 'no certificate for this name',
    code: 'TLS013',
    scene: go({ onlyName: 'localhost' }, null, 'localhost', '--tls-server-name', 'temporal.example'),
  },
  { name: 'no certificate for any name that is known', code: 'TLS020', scene: go({ onlyName: 'temporal.example' }) },
  { name: 'expired server certificate', code: 'TLS007', scene: go({ cert: 'expired-server' }) },
  { name: 'wrong name', code: 'TLS012', scene: go({ cert: 'wrong-name' }) },
  {
    name: 'plaintext asked',
    code: 'TLS002',
    scene: async (lab) => ({ args: ['--address', `127.0.0.1:${String(await startGo(lab, {}))}`] }),
  },
  {
    name: 'plaintext asked, client certificate wanted',
    code: 'TLS002',
    scene: async (lab) => ({ args: ['--address', `127.0.0.1:${String(await startGo(lab, verifies))}`] }),
  },
];

const healthy: readonly Healthy[] = (['1.2', '1.3'] as const).flatMap((max): readonly Healthy[] => [
  { name: `Go, TLS ${max}`, scene: go({ max }) },
  { name: `Go, mTLS ${max}`, scene: go({ ...verifies, max }, 'client') },
  { name: `Go, mTLS ${max} with the intermediate`, scene: go({ ...verifies, max }, 'whole-client') },
  { name: `Go, verified if given and nothing given, TLS ${max}`, scene: go({ ...verifiesIfGiven, max }) },
  { name: `Go, verified if given and good, TLS ${max}`, scene: go({ ...verifiesIfGiven, max }, 'client') },
]);

export const goFaults: readonly Fault[] = [...judged, ...others].map((fault) => ({ ...fault, needs: 'go' }));
export const healthyGo: readonly Healthy[] = healthy.map((one) => ({ ...one, needs: 'go' }));
