import { afterEach, describe, expect, it } from 'vitest';
import { testFaults, testHealthy, useLab } from './assert.ts';
import { test } from './fault.ts';
import { startTemporal } from './server.ts';
import { deepFaults, healthyDeep } from './tables/deep.ts';
import { grpcFaults } from './tables/grpc.ts';
import { healthy } from './tables/healthy.ts';

const { lab } = useLab();
afterEach(() => lab().close());

describe('gRPC and Temporal', () => testFaults(grpcFaults, lab));
describe('only with --deep', () => testFaults(deepFaults, lab));
describe('healthy', () => testHealthy([...healthy, ...healthyDeep], lab));

it.each([
  ['nothing', {}, 'NEX006', 'not enforced'],
  ['off', { 'nexusctl-policy-state': 'off' }, 'NEX006', 'not enforced'],
  ['enforced', { 'nexusctl-policy-state': 'enforced' }, 'NEX007', 'enforced: '],
])('a server that says %s of its policy is healthy, and the report says which', async (_said, headers, code, words) => {
  const { address } = await startTemporal(lab(), { headers });
  const { report } = await test({ args: ['--address', address] });
  expect(report.primary).toBeNull();
  const found = report.checks.flatMap(({ findings }) => findings).filter((one) => one.code.startsWith('NEX'));
  expect(found).toMatchObject([{ code, severity: 'info', message: expect.stringContaining(words) as string }]);
});
