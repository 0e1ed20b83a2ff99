/** The process's environment. Beside src/config, which reads values named in the configuration, the only reader of it. */

export type Environment = Readonly<Record<string, string | undefined>>;

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly kind = 'log-level';
}

export function environment(): Environment {
  return process.env;
}

/** `CALLBOARD_LOG`, else the usual one. Throws EnvironmentError for a level there is not. */
export function logLevel(env: Environment, usual: LogLevel = 'info'): LogLevel {
  const wanted = env.CALLBOARD_LOG || usual;
  const level = logLevels.find(known => known === wanted);
  if (!level) throw new EnvironmentError(`CALLBOARD_LOG is "${wanted}", allowed is one of ${logLevels.join(', ')}`);
  return level;
}
