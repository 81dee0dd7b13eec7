import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { createLocalJWKSet, JSONWebKeySet, JWTPayload } from 'jose';
import type { JwtSettings } from '../../codec-server/access-file.ts';
import { textsOf } from '../../codec-server/access.ts';
import type { KeySetPlace } from '../../codec-server/socket.ts';
import type { Authenticate } from '../../codec-server/tokens.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';

type KeySet = ReturnType<typeof createLocalJWKSet>;

const leewaySeconds = 60;
/** A key set is asked for again after this long, and for an unknown key id not more often than that. */
const maxAgeMs = 15 * 60_000;
const cooldownMs = 30_000;
/** Who can cut it off from the key set must not keep a key alive that was taken back. */
const oldestMs = 24 * 3_600_000;
const fetchMs = 5000;
const largestBytes = 1024 * 1024;

/**
 * Verifies JWTs as security.md 17 asks: RS256 and ES256 only, issuer and audience, `exp` and `nbf` with a minute of
 * leeway. The key set is fetched without redirects over a verified connection.
 * @throws NexusctlError SECRET_UNREADABLE | UNREACHABLE when the first fetch fails: a server that can let nobody in
 * should not start
 * @param failed told of every later fetch that fails
 */
export async function jwtAuthenticator(
  settings: KeySetPlace,
  failed: (error: NexusctlError) => void,
): Promise<Authenticate> {
  const jose = await import('jose');
  const keySet = await makeKeySet(() => load(settings, jose.createLocalJWKSet), failed);
  return async (token) => {
    // Longer than any header that a server takes; the parser never sees it.
    if (token.length > 16_384) return null;
    const verify = async (keys: KeySet): Promise<JWTPayload> =>
      (
        await jose.jwtVerify(token, keys, {
          algorithms: ['RS256', 'ES256'],
          issuer: settings.issuer,
          audience: [...settings.audience],
          clockTolerance: leewaySeconds,
          requiredClaims: ['exp', 'iss', 'aud'],
        })
      ).payload;
    try {
      const keys = await keySet.current();
      if (keys === null) return null;
      const claims = await verify(keys).catch(async (error: unknown) => {
        const renewed = error instanceof jose.errors.JWKSNoMatchingKey ? await keySet.renewed() : null;
        if (renewed === null) throw error;
        return verify(renewed);
      });
      return identityOf(claims, settings);
    } catch {
      return null;
    }
  };
}

function identityOf(claims: JWTPayload, { subjectClaim, rolesClaim }: JwtSettings) {
  const [subject] = textsOf(claims[subjectClaim]);
  if (subject === undefined || subject === '') return null;
  return { subject, roles: textsOf(claims[rolesClaim]), claims: new Map(Object.entries(claims)) };
}

async function makeKeySet(fetchSet: () => Promise<KeySet>, failed: (error: NexusctlError) => void) {
  let loaded = await fetchSet();
  let loadedAt = Date.now();
  let triedAt = loadedAt;
  let running: Promise<boolean> | undefined;
  const renew = (): Promise<boolean> => {
    triedAt = Date.now();
    running ??= fetchSet()
      .then(
        (set) => {
          loaded = set;
          loadedAt = Date.now();
          return true;
        },
        // The keys that are known stay good: an identity provider that is away for a while must not lock everybody out.
        (error: unknown) => {
          if (!(error instanceof NexusctlError)) throw error;
          failed(error);
          return false;
        },
      )
      .finally(() => (running = undefined));
    return running;
  };
  return {
    /** Null when it is too old to be believed. */
    current: async () => {
      if (Date.now() - loadedAt > maxAgeMs && Date.now() - triedAt > cooldownMs) await renew();
      return Date.now() - loadedAt > oldestMs ? null : loaded;
    },
    /** After an unknown key id: null when it was asked a moment ago, so that made-up ids cost one fetch. */
    renewed: async () => {
      if (running === undefined && Date.now() - triedAt < cooldownMs) return null;
      return (await renew()) ? loaded : null;
    },
  };
}

async function load({ jwks, caPem }: KeySetPlace, read: typeof createLocalJWKSet): Promise<KeySet> {
  const where = 'url' in jwks ? jwks.url : jwks.path;
  const text = 'url' in jwks ? await fetchText(jwks.url, caPem) : await readText(jwks.path);
  try {
    return read(JSON.parse(text) as JSONWebKeySet);
  } catch {
    throw new NexusctlError('SECRET_UNREADABLE', `${where} is no JSON Web Key Set`, {
      hint: 'it looks like {"keys":[…]}',
    });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new NexusctlError('SECRET_UNREADABLE', `cannot read the key set ${path}`, { cause: error });
  }
}

function fetchText(url: string, ca: string | undefined): Promise<string> {
  const failed = (why: string, cause?: unknown): NexusctlError =>
    new NexusctlError('UNREACHABLE', `cannot fetch the key set ${url}: ${why}`, {
      hint: 'check [jwt] jwks, and jwks_ca when the host has a private CA',
      cause,
    });
  return new Promise((resolve, reject) => {
    const refuse = (why: string, cause?: unknown): void => {
      reject(failed(why, cause));
      outgoing.destroy();
    };
    // Of the whole answer: a timeout of the socket would start again with every byte.
    const signal = AbortSignal.timeout(fetchMs);
    const onError = (error: NodeJS.ErrnoException): void =>
      refuse(signal.aborted ? `no answer within ${String(fetchMs / 1000)} s` : (error.code ?? error.message), error);
    const outgoing = request(
      url,
      // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED changes nothing. No agent: nothing lingers.
      { rejectUnauthorized: true, agent: false, signal, headers: { Accept: 'application/json' }, ...(ca && { ca }) },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('error', onError);
        if (response.statusCode !== 200) {
          refuse(`HTTP status ${String(response.statusCode)}`);
          return;
        }
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > largestBytes) refuse('the answer is too large');
          else chunks.push(chunk);
        });
        response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
      },
    );
    outgoing.on('error', onError);
    outgoing.end();
  });
}
