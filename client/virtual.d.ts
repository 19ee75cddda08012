/** Made by the build: vite.config.ts. */
declare module "virtual:chunk-worker" {
  /** Where the worker's script is. */
  export const url: string;
}
