export async function buildWeb(_: { outDir: string; minify: boolean }) {
  return { metafile: {} };
}
