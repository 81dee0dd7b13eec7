import { afterEach, describe } from 'vitest';
import { testFaults, testHealthy, useLab } from './assert.ts';
import { healthyNeighbours, neighbourFaults } from './tables/neighbours.ts';

const { lab } = useLab();
afterEach(() => lab().close());

describe('behind other programs', () => testFaults(neighbourFaults, lab));
describe('healthy', () => testHealthy(healthyNeighbours, lab));
