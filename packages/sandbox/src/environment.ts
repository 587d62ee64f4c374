/**
 * An environment for a session's command. Daytona takes none with a session's command, and a value
 * in the command's own text would be on a shell line, and in what Daytona tells of the session. So
 * the values travel as the environment of a short command, which Daytona does take; that command
 * writes them to a file that nobody else can read, and the session's command reads and deletes it.
 */

const NAMES = "SESSION_ENV_NAMES";
const FILE = "SESSION_ENV_FILE";
const FOLDER = '"$HOME/.sessions"';

/**
 * Writes `export NAME='value'` for each name. The values are in no command: the shell takes them
 * from its environment. An `x` at the end keeps `$(…)` from taking a value's own line ends away.
 */
const SCRIPT = `
umask 077 && mkdir -p ${FOLDER} && cd ${FOLDER} || exit
for name in $${NAMES}; do
  value=$(printenv "$name"; echo x); value=\${value%??}
  quoted=$(printf %s "$value" | sed "s/'/'\\\\\\\\''/g"; echo x)
  printf "export %s='%s'\\n" "$name" "\${quoted%x}" || exit
done >"$${FILE}.part" && mv "$${FILE}.part" "$${FILE}"`;

/** Stores the environment of `session`'s command, run with `storing(…)` as its own. */
export const STORE_ENVIRONMENT = `sh -c ${quoted(SCRIPT)}`;

/** The environment of `STORE_ENVIRONMENT`. @param session part of a file's name; letters, digits, `-` */
export function storing(session: string, env: Record<string, string>): Record<string, string> {
  return { ...env, [NAMES]: Object.keys(env).join(" "), [FILE]: `${session}.env` };
}

/** The command, in the environment that was stored for `session`. */
export function withEnvironment(session: string, command: string): string {
  const file = `${FOLDER}/${session}.env`;
  return `. ${file} && rm -f ${file} && {\n${command}\n}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
