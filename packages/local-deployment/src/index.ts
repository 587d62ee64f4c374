export { DeploymentError, type DeploymentErrorCode } from "./lib/errors.ts";
export {
  startLocalDeployment,
  type LocalDeployment,
  type LocalDeploymentOptions,
} from "./deployment.ts";
