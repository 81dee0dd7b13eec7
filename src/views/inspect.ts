import { marks } from '../output/style.ts';
import type { View } from '../output/view.ts';
import type { Inspected, Inspection } from '../payload/inspect.ts';
import { layersText } from './payload.ts';

export const inspectView: View<Inspection> = {
  text: ({ payloads, summary }, style) => {
    const blocks = payloads.map((payload) => {
      const facts = factsOf(payload).map((line) => `  ${line}`);
      return [style.bold(payload.path), ...facts].join('\n');
    });
    const { sealed, malformed } = summary;
    const counts = `${String(summary.payloads)} payloads, ${String(sealed)} need a key, ${String(malformed)} malformed`;
    return payloads.length === 1 ? blocks.join('\n') : [...blocks, '', counts].join('\n');
  },
  jsonl: ({ payloads }) => payloads,
};

function factsOf({ layers, size, metadata, endpoint, service, operation, externalBytes, error }: Inspected): string[] {
  const facts = [`layers    ${layersText(layers)}`];
  for (const { note } of layers) if (note !== undefined) facts.push(`note      ${note}`);
  if (endpoint !== undefined) facts.push(`endpoint  ${endpoint}`);
  if (service !== undefined)
    facts.push(`service   ${service}${operation === undefined ? '' : `, operation ${operation}`}`);
  facts.push(`size      ${String(size)} bytes`);
  if (externalBytes !== undefined) facts.push(`external  ${String(externalBytes)} bytes in external storage`);
  if (metadata.length > 0) facts.push(`metadata  ${metadata.join(', ')}`);
  if (error !== undefined) facts.push(`${marks.fail} ${error.code}: ${error.message}`);
  return facts;
}
