/** Builds the page into dist/web: few small files, none from elsewhere, nothing inside others that a strict policy would forbid. */
import { resolve } from "node:path";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  // Behind a proxy the page may have another folder than /.
  base: "./",
  build: {
    outDir: resolve(import.meta.dirname, "../dist/web"),
    emptyOutDir: true,
    target: "es2022",
    // light-dark() and :has() stay as they are.
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
