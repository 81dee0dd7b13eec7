import type { Target } from '../../endpoints/endpoint.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';

interface TargetOptions {
  readonly targetNamespace?: string | undefined;
  readonly targetTaskQueue?: string | undefined;
  readonly targetUrl?: string | undefined;
}

/**
 * The target of a new endpoint.
 * @throws NexusctlError USAGE when it is missing, half or mixed
 */
export function newTarget(options: TargetOptions): Target {
  const target = changedTarget(undefined, options);
  if (target !== undefined) return target;
  throw new NexusctlError('USAGE', 'an endpoint needs a target', {
    hint: 'give --target-namespace and --target-task-queue, or --target-url on a self-hosted cluster',
  });
}

/**
 * The target with what was given put into it; undefined when nothing was. A worker target never becomes a URL or the
 * other way round by half a change.
 */
export function changedTarget(old: Target | undefined, options: TargetOptions): Target | undefined {
  const { targetNamespace, targetTaskQueue, targetUrl } = options;
  if (targetUrl !== undefined) {
    if (targetNamespace !== undefined || targetTaskQueue !== undefined)
      throw new NexusctlError('USAGE', 'give either --target-url or --target-namespace and --target-task-queue');
    if (old?.kind === 'worker') throw otherKind('a worker target', 'a URL');
    return { kind: 'external', url: targetUrl };
  }
  if (targetNamespace === undefined && targetTaskQueue === undefined) return undefined;
  if (old?.kind === 'external') throw otherKind('a URL', 'a worker target');
  const namespace = targetNamespace ?? old?.namespace;
  const taskQueue = targetTaskQueue ?? old?.taskQueue;
  if (namespace === undefined || taskQueue === undefined)
    throw new NexusctlError('USAGE', 'a worker target needs --target-namespace and --target-task-queue');
  return { kind: 'worker', namespace, taskQueue };
}

function otherKind(is: string, wished: string): NexusctlError {
  return new NexusctlError('USAGE', `this endpoint has ${is}; it is never turned into ${wished}`, {
    hint: 'create another endpoint, move the callers, and delete this one',
  });
}
