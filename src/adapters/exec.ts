import { spawn } from 'node:child_process';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { SecretFetchers } from '../profile/secrets.ts';
import type { Host } from './host.ts';

const timeLimitMs = 30_000;
const sizeLimit = 1024 * 1024;

/**
 * Runs a command without a shell and takes its whole standard output. Its error output is not shown: nobody knows
 * what a key service prints there.
 * @throws NexusctlError SECRET_UNREADABLE when it fails, is not there, takes too long or says too much
 */
export const runForOutput = (
  command: readonly string[],
  { folder, env, signal }: Parameters<SecretFetchers['exec']>[1],
  host: Host,
  input?: Uint8Array,
): Promise<Uint8Array> => {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const posix = host.uid !== undefined;
    const child = spawn(program, args, {
      cwd: folder,
      env: minimalEnvironment(env),
      stdio: ['pipe', 'pipe', 'ignore'],
      shell: false,
      // A process group of its own: what the command itself started ends with it.
      detached: posix,
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (error: Error): void => {
      stop();
      try {
        if (posix && child.pid !== undefined) host.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It ended by itself in this moment.
      }
      child.stdout.destroy();
      reject(error);
    };
    const failed = (what: string, hint: string): NexusctlError =>
      new NexusctlError('SECRET_UNREADABLE', `exec:${program} ${what}`, { hint });
    const timer = setTimeout(
      () =>
        end(
          failed(`took longer than ${String(timeLimitMs / 1000)} s`, 'does it wait for an answer? It gets no terminal'),
        ),
      timeLimitMs,
    );
    const interrupted = (): void => end(signal.reason instanceof Error ? signal.reason : failed('was interrupted', ''));
    const stop = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupted);
    };
    if (signal.aborted) interrupted();
    else signal.addEventListener('abort', interrupted, { once: true });
    child.on('error', (error) => {
      const code = 'code' in error ? error.code : undefined;
      if (code === 'EACCES') end(failed('may not be run', `chmod +x ${program}, and to the folders above it`));
      else
        end(
          failed(
            code === 'ENOENT' ? 'is not there' : 'could not be started',
            'name a program on PATH, or its whole path',
          ),
        );
    });
    // A command that does not read what it is told may still answer.
    child.stdin.on('error', () => undefined).end(input ?? '');
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > sizeLimit) end(failed('printed more than 1 MiB', 'the whole output is taken as the value'));
      else chunks.push(chunk);
    });
    child.on('close', (code, killed) => {
      stop();
      if (code === 0) resolve(Buffer.concat(chunks));
      else reject(failed(`ended with ${killed ?? `exit code ${String(code)}`}`, 'run the command by hand to see why'));
    });
  });
};

/**
 * What a command gets of the environment: where programs, home and language are, and the settings of the usual key
 * services. Nothing of TEMPORAL_*, NEXUSCTL_* nor of anybody else's secrets.
 */
const passed =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|TEMP|TMP|XDG_[A-Z_]+|DBUS_SESSION_BUS_ADDRESS|SSH_AUTH_SOCK|GNUPGHOME|PASSWORD_STORE_DIR|SystemRoot|SYSTEMROOT|windir|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE|ProgramFiles|ProgramData|VAULT_(ADDR|TOKEN|NAMESPACE|CACERT|CAPATH)|BAO_(ADDR|TOKEN|NAMESPACE|CACERT|CAPATH)|OP_(ACCOUNT|SERVICE_ACCOUNT_TOKEN|CONNECT_HOST|CONNECT_TOKEN|SESSION_\w+)|CLOUDSDK_\w+|GOOGLE_APPLICATION_CREDENTIALS|AZURE_CONFIG_DIR|SOPS_AGE_KEY_FILE)$/;

function minimalEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => passed.test(name)));
}
