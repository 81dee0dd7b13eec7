import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/connectivity/address.ts';
import { mendAddress } from '../../../src/connectivity/address-mend.ts';
import { found, runLocal } from './run.ts';
import type { Given } from './subject.ts';

describe('addresses that are none', () => {
  const table: readonly [text: string, code: string, meant: string | null][] = [
    ['https://temporal.example.com', 'ADR001', 'temporal.example.com:7233'],
    ['grpc://temporal:7233', 'ADR001', 'temporal:7233'],
    ['dns:///temporal:7233', 'ADR001', 'temporal:7233'],
    ['temporal:7233/', 'ADR001', 'temporal:7233'],
    ['temporal:7233/namespaces', 'ADR001', 'temporal:7233'],
    ['user@temporal:7233', 'ADR001', 'temporal:7233'],
    ['unix:/var/run/temporal.sock', 'ADR001', null],
    ['orders.a1b2c.tmprl.cloud:7233:7233', 'ADR002', 'orders.a1b2c.tmprl.cloud:7233'],
    ['temporal:', 'ADR002', 'temporal:7233'],
    ['temporal:99999', 'ADR002', null],
    ['temporal:port', 'ADR002', null],
    ['temporal:0', 'ADR002', null],
    ['::1', 'ADR003', '[::1]:7233'],
    ['2001:db8::1', 'ADR003', '[2001:db8::1]:7233'],
    ['[::1', 'ADR003', null],
    [' temporal:7233', 'ADR004', 'temporal:7233'],
    ['temporal:7233\n', 'ADR004', 'temporal:7233'],
    ['temporal,7233', 'ADR004', 'temporal:7233'],
    ['temporal 7233', 'ADR004', 'temporal:7233'],
    ['temporal: 7233', 'ADR004', 'temporal:7233'],
    [':7233', 'ADR004', null],
    ['orders.a1b2c.tmprl.cloud,7233', 'ADR004', 'orders.a1b2c.tmprl.cloud:7233'],
    ['one:7233,two:7233', 'ADR004', null],
    ['"temporal:7233"', 'ADR004', 'temporal:7233'],
    ['\u201ctemporal:7233\u201d', 'ADR004', 'temporal:7233'],
    ['', 'ADR004', null],
    ['t\u00e9mporal:7233', 'ADR004', null],
    ['https://cloud.temporal.io/namespaces/orders.a1b2c/workflows', 'ADR005', 'orders.a1b2c.tmprl.cloud:7233'],
    ['${NAMESPACE}.tmprl.cloud:7233', 'ADR006', null],
    ['{{ .Values.address }}', 'ADR006', null],
    ['<namespace>.<account>.tmprl.cloud:7233', 'ADR006', null],
    ['$TEMPORAL_HOST:7233', 'ADR006', null],
  ];
  it.each(table)('%j is %s, meant as %j', async (text, code, meant) => {
    const [finding] = (await runLocal({ address: text })).flatMap(({ findings }) => findings);
    expect(finding).toMatchObject({ code, severity: 'error' });
    expect(finding?.evidence['suggestion'] ?? null).toBe(meant);
  });

  it('suggests only what is an address', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.ipV6(),
          fc.domain().map((host) => `${host}:7233:1`),
        ),
        (text) => {
          const { address } = mendAddress(text);
          if (address !== null) expect(parseAddress(address)).not.toBeNull();
        },
      ),
    );
  });
});

describe('addresses that are understood', () => {
  const cloud = { address: 'orders.a1b2c.tmprl.cloud:7233', namespace: 'orders.a1b2c', apiKey: 'opaque-key' };
  const pair = { cert: '-', key: '-' };
  const table: readonly [name: string, given: Given, expected: readonly string[]][] = [
    ['a host and a port', { address: 'temporal.example.com:7233' }, []],
    ['a name of one label', { address: 'temporal:7233' }, []],
    ['IPv4', { address: '10.0.0.7:7233' }, []],
    ['IPv6 in brackets', { address: '[::1]:7233' }, []],
    ['IPv6 with TLS', { address: '[::1]:7233', tls: true }, ['ADR003 info']],
    ['port 443', { address: 'temporal.example.com:443', tls: true }, []],
    ['no port', { address: 'temporal.example.com' }, ['ADR002 warning']],
    ['the UI of the dev server', { address: 'localhost:8233' }, ['ADR005 info']],
    ['the UI', { address: 'localhost:8080' }, ['ADR005 info']],
    ['the HTTP API', { address: 'localhost:7243' }, ['ADR008 info']],
    ['metrics', { address: 'localhost:9090' }, ['ADR008 info']],
    ['an internal port', { address: 'localhost:7234' }, ['ADR008 info']],
    ['Cloud', cloud, []],
    ['Cloud in capitals', { ...cloud, address: 'ORDERS.A1B2C.TMPRL.CLOUD:7233' }, []],
    ['the Cloud UI', { address: 'cloud.temporal.io:443' }, ['ADR005 error']],
    ['the UI of a namespace', { ...cloud, address: 'web.orders.a1b2c.tmprl.cloud:7233' }, ['ADR005 error']],
    ['Cloud without account', { ...cloud, address: 'orders.tmprl.cloud:7233' }, ['ADR007 error']],
    ['the control plane', { ...cloud, address: 'saas-api.tmprl.cloud:443' }, ['ADR007 error']],
    ['a namespace without account', { ...cloud, namespace: 'orders' }, ['ADR007 error']],
    ['default on Cloud', { ...cloud, namespace: 'default' }, ['CFG017 error']],
    ['no namespace on Cloud', { address: cloud.address, apiKey: 'opaque-key' }, ['CFG017 error']],
    ['another namespace', { ...cloud, namespace: 'billing.a1b2c' }, ['CFG017 error']],
    ['another case', { ...cloud, namespace: 'Orders.a1b2c' }, ['CFG017 error']],
    [
      'not Cloud, but it looks so',
      { ...cloud, address: 'orders.a1b2c.tmprl.cloud.evil.example:7233', namespace: 'x' },
      [],
    ],
    ['regional with an API key', { ...cloud, address: 'us-west-2.aws.api.temporal.io:7233' }, []],
    ['regional, new form', { ...cloud, address: 'aws-us-west-2.region.tmprl.cloud:7233' }, []],
    [
      'regional without account',
      { ...cloud, address: 'us-west-2.aws.api.temporal.io:7233', namespace: 'orders' },
      ['ADR007 error'],
    ],
    ['private link', { ...cloud, address: 'vpce-0a1b.vpce-svc-1.us-west-2.vpce.amazonaws.com:7233' }, ['ADR009 error']],
    ['private address for Cloud', { ...cloud, address: '10.1.2.3:7233', backend: 'cloud' }, ['ADR009 error']],
    ['private address, self-hosted', { address: '10.1.2.3:7233', namespace: 'orders', apiKey: 'opaque-key' }, []],
    [
      'private link with its name',
      {
        ...cloud,
        address: 'vpce-0a1b.vpce-svc-1.us-west-2.vpce.amazonaws.com:7233',
        serverName: 'us-west-2.aws.api.temporal.io',
      },
      [],
    ],
    ['localhost in a pod', { env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } }, ['ADR010 info']],
  ];
  it.each(table)('%s', async (_name, given, expected) => {
    expect((await found(given)).filter((line) => !line.startsWith('TOK006'))).toEqual(expected);
  });

  it('a regional address with mTLS wants the namespace endpoint as server name', async () => {
    const results = await runLocal({
      ...cloud,
      ...pair,
      apiKey: '',
      auth: 'mtls',
      address: 'aws-us-west-2.region.tmprl.cloud:7233',
    });
    const [finding] = results.find(({ id }) => id === 'address')?.findings ?? [];
    expect(finding).toMatchObject({ code: 'ADR009', evidence: { suggestion: 'orders.a1b2c.tmprl.cloud' } });
    expect(finding?.fix[0]?.command).toBe('export TEMPORAL_TLS_SERVER_NAME=orders.a1b2c.tmprl.cloud');
  });

  it('never puts foreign text into a command', async () => {
    const results = await runLocal({ address: 'https://$(touch x):7233;id' });
    for (const { command } of results.flatMap(({ findings }) => findings.flatMap(({ fix }) => fix)))
      expect(command ?? '').not.toMatch(/[$`;]/);
  });
});
