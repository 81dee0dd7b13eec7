import { createPrivateKey } from 'node:crypto';
import { classify } from '../../src/certificates/classify.ts';
import { issueCa, issueLeaf, type Issued, type KeyKind, type LeafOrder } from '../../src/certificates/issue.ts';

/** A small authority for tests: a root, and what it issues. Made anew in each test file. */
export interface TestAuthority extends Issued {
  readonly leaf: (order?: Partial<LeafOrder>) => Promise<Issued>;
}

export const day = 86_400_000;

export async function makeAuthority(commonName = 'Test CA', keyKind: KeyKind = 'ecdsa-p256'): Promise<TestAuthority> {
  const root = await issueCa({
    commonName,
    keyKind,
    notBefore: new Date(Date.now() - 3650 * day),
    notAfter: new Date(Date.now() + 3650 * day),
  });
  const issuer = { certificate: derOf(root.certificate), key: createPrivateKey(root.key) };
  return {
    ...root,
    leaf: async (order = {}) => {
      const make = (): Promise<Issued> =>
        issueLeaf(
          {
            commonName: 'client',
            keyKind: 'ecdsa-p256',
            notBefore: new Date(Date.now() - day),
            notAfter: new Date(Date.now() + 365 * day),
            usages: ['clientAuth'],
            names: [],
            ...order,
          },
          issuer,
        );
      let issued = await make();
      // One key in three hundred has neither in its base64, and in base64url reads as it should.
      while (!/[+/]/.test(issued.key)) issued = await make();
      return issued;
    },
  };
}

/** The DER of the first block. */
export function derOf(pem: string): Uint8Array {
  const [item] = classify(Buffer.from(pem)).items;
  if (item === undefined) throw new Error('no PEM block');
  return item.der;
}
