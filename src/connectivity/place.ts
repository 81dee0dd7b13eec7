import { originText, type Origin, type Setting } from '../profile/profile.ts';

/** Where a setting stands, for evidence, for sentences, and for SARIF and annotations. */
export function placeOf(origin: Origin | undefined): {
  readonly evidence: {
    readonly setting?: string;
    readonly origin?: string;
    readonly path?: string;
    readonly line?: number;
  };
  readonly location?: { readonly file: string; readonly line?: number };
} {
  if (origin === undefined) return { evidence: {} };
  if (origin.kind === 'environment' && origin.path !== undefined && origin.line !== undefined) {
    const { name, path, line } = origin;
    return { evidence: { setting: name, origin: originText(origin), path, line }, location: { file: path, line } };
  }
  if (origin.kind !== 'file') return { evidence: { origin: originText(origin) } };
  const line = origin.line === undefined ? {} : { line: origin.line };
  return {
    evidence: { setting: origin.key, origin: originText(origin), path: origin.path, ...line },
    location: { file: origin.path, ...line },
  };
}

/** ` (TEMPORAL_ADDRESS)`, or nothing for a default. */
export function because({ origin }: Pick<Setting<unknown>, 'origin'>): string {
  return origin.kind === 'default' ? '' : ` (${originText(origin)})`;
}
