type Environment = Readonly<Record<string, string | undefined>>;

/** Everything by which a process could be led to a real account, to AWS, or through a proxy. */
const cleared = /^(?:TEMPORAL|NEXUSCTL|AWS)_|^(?:.*_)?PROXY$|^NODE_USE_ENV_PROXY$/i;

/** The environment of a command that is to see nothing but the sandbox (security.md 23). */
export function sandboxedEnvironment(outer: Environment, settings: Readonly<Record<string, string>>): Environment {
  const kept = Object.entries(outer).filter(([name]) => !cleared.test(name));
  return { ...Object.fromEntries(kept), ...settings };
}
