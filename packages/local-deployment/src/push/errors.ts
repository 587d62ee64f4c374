/** Why a push is refused; `code` is one that the CLI knows where it has one. */
export class PushError extends Error {
  override readonly name = "PushError";

  constructor(
    readonly code:
      | "AuthConfigMissingEnvironmentVariable"
      | "MissingEnvironmentVariables"
      | "InvalidEnvironmentVariable"
      | "InvalidModule"
      | "InvalidDefinition"
      | "InvalidSchema"
      | "InvalidAuthConfig"
      | "InvalidCrons"
      | "NodeDependenciesUnsupported"
      | "UnknownModule"
      | "RaceDetected",
    message: string,
  ) {
    super(message);
  }
}
