import { expect } from 'vitest';

/** One secret of each kind; none of them may come back, in any spelling, from any verb (security.md 1 and 5). */
export const secrets = {
  apiKey: 'canary+api/key=0451aQ7',
  token: `eyJhbGciOiJFUzI1NiJ9.${Buffer.from('{"canary":"token-0451","exp":1}').toString('base64url')}.c4nary0451sig`,
  cloudKey: 'canary-cloud-key-0451bR8',
  metadata: 'canary-metadata-0451cS9',
  codecAuth: 'Bearer canary-codec-0451dT1',
  proxy: 'canary-proxy-0451eU2',
  oauth: 'canary-oauth-0451fV3',
  aws: 'canary-aws-secret-0451gW4',
  vault: 'canary-vault-token-0451hX5',
  payloadKey: Buffer.from('canary-payload-key-0451-32-bytes').toString('hex'),
};

/** In how many ways a secret may be spelled. */
export function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const lines = secret.split(/\s*\n\s*/).filter((line) => line.length >= 16 && !line.startsWith('-----'));
  return [
    ...(lines.length > 1 ? lines : [secret]),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
}

export function expectNoneOf(spelled: readonly string[], text: string, where: string): void {
  for (const spelling of spelled)
    if (text.includes(spelling)) expect.fail(`${where} holds ${spelling}:\n${text.slice(0, 3000)}`);
}
