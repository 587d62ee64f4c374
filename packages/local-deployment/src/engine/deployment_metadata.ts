/** What `ctx.meta.getDeploymentMetadata()` answers here. */
export const DEPLOYMENT_METADATA = { name: "local", region: null, class: "local" } as const;
