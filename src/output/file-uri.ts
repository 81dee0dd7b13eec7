/** A path as a URI: relative ones stay relative (to the repository, as code scanning wants them), whatever is in them. */
export function fileUri(path: string): string {
  const slashed = path.replaceAll('\\', '/');
  const [, drive, rest = slashed] = /^([A-Za-z]:)(\/.*)$/.exec(slashed) ?? [];
  const encoded = rest
    .replace(/^(?:\.\/+)+/, '')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  return encoded.startsWith('/') ? `file://${drive === undefined ? '' : `/${drive}`}${encoded}` : encoded;
}
