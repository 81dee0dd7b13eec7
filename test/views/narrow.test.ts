import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import { makeStyle } from '../../src/output/style.ts';
import { matrixView } from '../../src/views/access.ts';
import { changeView, endpointView } from '../../src/views/endpoint.ts';
import { namespaceView } from '../../src/views/namespace.ts';

const style = await makeStyle(false, 50);
const words = 'Invoices and refunds of all the shops in all the countries';
const callers = Array.from({ length: 12 }, (_, index) => ({
  namespace: `caller-${String(index)}.a1b2c`,
  status: 'active' as const,
}));
const endpoint: Endpoint = { name: 'billing', id: 'i', description: words, callers };

/** Lines that are broken by the terminal and not by us: a single word may be longer. */
const broken = (text: string) => text.split('\n').filter((line) => line.length > 50 && line.trim().includes(' '));

describe('on a terminal of 50 columns', () => {
  it.each([
    ['endpoint get', endpointView.text({ ...endpoint, warnings: [] }, style)],
    [
      'a change',
      changeView.text(
        {
          ...{ action: 'create', endpoint: 'billing', changed: true, dryRun: false, effective: 'now' },
          ...{ before: null, after: endpoint, warnings: [], notes: [words] },
        },
        style,
      ),
    ],
    [
      'namespace get',
      namespaceView.text(
        {
          ...{ name: 'orders.a1b2c', state: 'active', retentionDays: 30, addresses: [words, words], warnings: [] },
          clientCas: [{ subject: `CN=${words}`, fingerprint: 'f'.repeat(64), notAfter: '2027-11-22T07:57:18.000Z' }],
        },
        style,
      ),
    ],
  ])('%s breaks between words', (_what, text) => {
    expect(text).toContain('Invoices');
    expect(broken(text)).toEqual([]);
  });

  it('values go on under themselves', () => {
    expect(endpointView.text({ ...endpoint, callers: callers.slice(0, 3), warnings: [] }, style).split('\n')).toEqual([
      'billing',
      '  id                i',
      '  description       Invoices and refunds of all',
      '                    the shops in all the countries',
      '  callers           caller-0.a1b2c,',
      '                    caller-1.a1b2c, caller-2.a1b2c',
    ]);
  });

  it('the matrix shows whole names and counts the rest', () => {
    const namespaces = callers.map(({ namespace }) => namespace);
    const matrix = {
      ...{ endpoints: ['billing', 'audit', 'mail'], namespaces, sharedTargets: [], warnings: [] },
      grid: ['y'.repeat(12), `y${'-'.repeat(11)}`, '-'.repeat(12)],
    };
    expect(matrixView.text(matrix, style).split('\n')).toEqual([
      'ENDPOINT  MAY BE CALLED BY',
      'billing   caller-0.a1b2c caller-1.a1b2c +10 more',
      'audit     caller-0.a1b2c',
      'mail      nobody',
    ]);
  });
});
