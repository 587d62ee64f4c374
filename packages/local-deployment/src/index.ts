export { DeploymentError, type DeploymentErrorCode } from "./errors.ts";
export {
  startLocalDeployment,
  type LocalDeployment,
  type LocalDeploymentOptions,
} from "./server/deployment.ts";
