import { NexusctlError } from '../../errors/nexusctl-error.ts';

export function noProjects(): NexusctlError {
  return new NexusctlError('USAGE', 'a self-hosted cluster has no projects', {
    hint: 'leave --project out, or choose a profile of Temporal Cloud',
  });
}
