import type { ProbeResult } from './probe.ts';

/** Where Web UIs usually are: the dev server's, docker compose's, Cloud's. */
const usualOrigins = ['http://localhost:8233', 'http://localhost:8080', 'https://cloud.temporal.io'];

/** Counter-probe: a server that lets in others refuses this origin, and not every preflight. */
export async function originsLetIn(
  preflightOf: (page: string) => Promise<ProbeResult>,
  origin: string,
): Promise<string[]> {
  const others = usualOrigins.filter((usual) => usual !== origin);
  const answers = await Promise.all(others.map(preflightOf));
  return others.filter((other, index) => {
    const answer = answers[index];
    return answer?.ok === true && answer.headers.get('access-control-allow-origin') === other;
  });
}

/** What a refusal of the preflight itself may mean. */
export function early(status: number): string {
  if (status === 401) return ' (a preflight never carries a token: answer it before authentication)';
  return status === 403 ? ' (it refuses this origin, or wants a token, which a preflight never carries)' : '';
}
