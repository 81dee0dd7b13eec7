import { expect, it } from 'vitest';
import type { Report } from '../../src/connectivity/check.ts';
import { runBuilt } from '../helpers/run.ts';
import { buildTimeoutMs, noServer, serverBinary, startServer, type Variant } from '../helpers/temporal-server.ts';

const policy = JSON.stringify({ version: 1, default: 'deny', endpoints: {} });

it.for([
  ['enforced', { policy, jwt: true, tls: 'mutual' }, 'NEX007', 'info', 'enforced: '],
  ['enforced, and anybody may be a caller', { policy }, 'NEX006', 'warning', 'callers are not authenticated'],
] as const satisfies readonly (readonly [string, Variant, string, string, string])[])(
  'says of a real server: %s',
  { timeout: buildTimeoutMs },
  async ([, variant, code, severity, words], context) => {
    const binary = (await serverBinary()) ?? context.skip(noServer);
    const server = await startServer(binary, variant, ['orders']);
    try {
      const { stdout, stderr } = await runBuilt(['connect-test', '-o', 'json'], { env: server.env() });
      expect(stderr).toBe('');
      const { ok, checks } = JSON.parse(stdout) as Report;
      expect(ok).toBe(true);
      expect(checks.find(({ id }) => id === 'nexus')?.findings).toMatchObject([
        { code, severity, message: expect.stringContaining(words) as string },
      ]);
    } finally {
      await server.close();
    }
  },
);
