import { defineConfig } from "vite";

export default defineConfig({
  server: {
    // The preview's server is in front of this one, on the same machine, and says on which port.
    host: "127.0.0.1",
    port: Number(process.env.PORT ?? 5173),
    strictPort: true,
  },
});
