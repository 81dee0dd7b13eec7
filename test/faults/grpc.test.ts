import { afterEach, describe } from 'vitest';
import { testFaults, testHealthy, useLab } from './assert.ts';
import { grpcFaults } from './tables/grpc.ts';
import { healthy } from './tables/healthy.ts';

const { lab } = useLab();
afterEach(() => lab().close());

describe('gRPC and Temporal', () => testFaults(grpcFaults, lab));
describe('healthy', () => testHealthy(healthy, lab));
