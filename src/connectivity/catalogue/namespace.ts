import type { Entry } from './entry.ts';

export const namespace = {
  NSP001: {
    layer: 'namespace',
    severity: 'error',
    exit: 'notFound',
    title: 'the namespace does not exist',
    means: 'The server works and has no namespace of this name.',
    fix: ['Correct the name, or create it: `temporal operator namespace create --namespace NAME`.'],
  },
  NSP002: {
    layer: 'namespace',
    severity: 'error',
    exit: 'configuration',
    title: 'the namespace name is invalid',
    means: 'The server refuses the form of the name.',
    fix: ['Correct the name.'],
  },
  NSP003: {
    layer: 'namespace',
    severity: 'warning',
    exit: 'notFound',
    title: 'the namespace is being deleted or is deprecated',
    means: 'It still answers; new work should not go there.',
    fix: ['Use another namespace.'],
  },

  NEX001: {
    layer: 'nexus',
    severity: 'warning',
    exit: 'configuration',
    title: 'this server has Nexus switched off',
    means: 'Its capabilities do not list Nexus, so no Nexus operation can start here.',
    fix: ['Self-hosted: enable the HTTP API of the frontend and Nexus (server 1.25 and later).'],
  },
  NEX002: {
    layer: 'nexus',
    severity: 'warning',
    exit: 'configuration',
    title: 'this server knows no Nexus endpoints',
    means: 'The endpoint API is missing or disabled: the server is older than 1.25 or Nexus is switched off.',
    fix: ['Upgrade the server, or enable Nexus.'],
  },
  NEX003: {
    layer: 'nexus',
    severity: 'warning',
    exit: 'permission',
    title: 'you may not read Nexus endpoints',
    means: 'All endpoint calls of a self-hosted server need the cluster role admin (temporal-system:admin).',
    fix: ['Use a credential with temporal-system:admin for `nexusctl endpoint`. Workers and callers do not need it.'],
  },
  NEX005: {
    layer: 'nexus',
    severity: 'info',
    exit: 'configuration',
    title: 'on Cloud, endpoints are managed through the Cloud Ops API',
    means: 'The namespace frontend does not serve endpoint management. Nothing is wrong: it is said beside the rest.',
    fix: ['`nexusctl connect-test --cloud` tests the control plane.'],
  },
  NEX006: {
    layer: 'nexus',
    severity: 'info',
    exit: 'configuration',
    title: 'this server enforces no allowlist, or not against everybody',
    means:
      'Without the authorizer every namespace of the cluster may call every endpoint. With it, and without authentication of the callers, anybody may act in the namespace of one.',
    fix: [
      '`nexusctl endpoint policy init` and the authorizer module add one.',
      'Where it is enforced already: give the server a claim mapper, and callers tokens or certificates.',
    ],
  },
  NEX007: {
    layer: 'nexus',
    severity: 'info',
    exit: 'configuration',
    title: 'this server enforces an allowlist of callers',
    means: 'The authorizer module runs in it; `nexusctl endpoint policy status` compares its policy with your file.',
    fix: ['Nothing is wrong. After a change of the file: `nexusctl endpoint policy status`.'],
  },
} as const satisfies Record<string, Entry>;
