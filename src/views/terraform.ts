import type { Endpoint } from '../endpoints/endpoint.ts';
import { escapeTerraform } from '../output/escape.ts';

/**
 * Resources and import blocks of the temporalcloud provider, so that Terraform takes over what is there instead of
 * making it again. Its allowlist is a set: sorted, so that the text is stable.
 */
export function terraformText(endpoints: readonly Endpoint[]): string {
  const labels = new Map<string, number>();
  return endpoints.map((endpoint) => resource(endpoint, labelOf(endpoint.name, labels))).join('\n');
}

function resource({ id, name, target, description, callers }: Endpoint, label: string): string {
  const lines = [
    ...(id === undefined
      ? []
      : ['import {', `  to = temporalcloud_nexus_endpoint.${label}`, `  id = ${quoted(id)}`, '}', '']),
    `resource "temporalcloud_nexus_endpoint" "${label}" {`,
    `  name = ${quoted(name)}`,
    ...(description === undefined ? [] : [`  description = ${quoted(description)}`]),
    ...(target?.kind === 'worker'
      ? [
          '  worker_target = {',
          `    namespace_id = ${quoted(target.namespace)}`,
          `    task_queue   = ${quoted(target.taskQueue)}`,
          '  }',
        ]
      : []),
    callers.length === 0 ? '  allowed_caller_namespaces = []' : '  allowed_caller_namespaces = [',
    ...[...callers]
      .map(({ namespace }) => namespace)
      .sort()
      .map((namespace) => `    ${quoted(namespace)},`),
    ...(callers.length === 0 ? [] : ['  ]']),
    '}',
    '',
  ];
  return lines.join('\n');
}

function quoted(text: string): string {
  return `"${escapeTerraform(text)}"`;
}

function labelOf(name: string, taken: Map<string, number>): string {
  const label = name.replace(/[^A-Za-z0-9_-]/g, '_').replace(/^[^A-Za-z_]/, '_$&');
  const count = taken.get(label) ?? 0;
  taken.set(label, count + 1);
  return count === 0 ? label : `${label}_${String(count + 1)}`;
}
