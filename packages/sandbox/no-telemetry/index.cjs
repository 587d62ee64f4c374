// Daytona's SDK loads its OpenTelemetry exporters only when telemetry is on, and then says this.
throw new Error(
  "OpenTelemetry is not installed: `overrides` in the root's package.json leave it out.",
);
