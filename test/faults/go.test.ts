import { afterEach, describe } from 'vitest';
import { testFaults, testHealthy, useLab } from './assert.ts';
import { goFaults, healthyGo } from './tables/go.ts';

const { lab } = useLab();
afterEach(() => lab().close());

describe('servers in Go', () => testFaults(goFaults, lab));
describe('healthy', () => testHealthy(healthyGo, lab));
