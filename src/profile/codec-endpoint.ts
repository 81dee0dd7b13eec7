import { isLoopbackHost } from '../connectivity/address.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';

/**
 * The address of a codec server as clients are given it, `{namespace}` included.
 * @throws NexusctlError SETTING_INVALID with the URL that was probably meant, or for a credential in it
 */
export function codecEndpoint(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) {
    const { username, password } = new URL(text);
    if (username === '' && password === '') return text;
    // It would go out as a header, also in clear, and be shown wherever the address is; a browser refuses such a URL.
    throw new NexusctlError('SETTING_INVALID', 'the address of a codec server holds a name or a password', {
      hint: 'leave it out, and give the header with --codec-auth-file REF: Basic …',
    });
  }
  const host = /^([\w.-]+|\[[\da-f:]+\])(?::\d+)?(?:\/\S*)?$/i.exec(text)?.[1];
  const meant = host === undefined ? '' : `${isLoopbackHost(host) ? 'http' : 'https'}://${text}`;
  throw new NexusctlError('SETTING_INVALID', 'the address of a codec server is an http or https URL', {
    hint: `for example ${URL.canParse(meant) ? meant : 'http://localhost:8888'}`,
  });
}
