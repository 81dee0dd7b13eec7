import { spawn } from 'node:child_process';
import { neighbour } from './neighbour.ts';
import { program } from './run.ts';

const python = neighbour('python3');

/** Whether programs can be run on a terminal of their own here: with Python's pty, which Linux and macOS bring. */
export const hasTerminal = python !== null && process.platform !== 'win32';

/** Plays a person: waits for each prompt, types the answer, and shows all that stood on the screen. */
const driver = `
import json, os, pty, select, sys, time
job = json.loads(sys.argv[1])
pid, fd = pty.fork()
if pid == 0:
    os.execve(job["argv"][0], job["argv"], job["env"])
screen, answers, deadline = b"", list(job["answers"]), time.time() + 20
while time.time() < deadline:
    if select.select([fd], [], [], 0.05)[0]:
        try:
            chunk = os.read(fd, 65536)
        except OSError:
            break
        if not chunk:
            break
        screen += chunk
    if answers and answers[0][0].encode() in screen:
        os.write(fd, answers.pop(0)[1].encode())
_, status = os.waitpid(pid, 0)
print(json.dumps({"screen": screen.decode("utf8", "replace"), "exitCode": os.waitstatus_to_exitcode(status)}))
`;

/** What is typed when a text has appeared on the screen. */
type Answers = readonly (readonly [prompt: string, typed: string])[];

interface Shown {
  readonly screen: string;
  readonly exitCode: number;
}

/** Runs the built program on a real terminal. */
export function runOnTerminal(
  argv: readonly string[],
  answers: Answers,
  env: Readonly<Record<string, string>>,
): Promise<Shown> {
  return commandOnTerminal([process.execPath, program, ...argv], answers, env);
}

/** Runs any program on a real terminal. @param argv its absolute path and its arguments */
export function commandOnTerminal(
  argv: readonly string[],
  answers: Answers,
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<Shown> {
  const job = {
    argv,
    answers,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', TERM: 'xterm', ...env },
  };
  const child = spawn(python ?? 'python3', ['-c', driver, JSON.stringify(job)], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const out: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      resolve(JSON.parse(Buffer.concat(out).toString()) as { screen: string; exitCode: number });
    });
  });
}
