// The way from the few bytes in a host's bundle to the widget itself.

type Loader = typeof import('../loader.ts');

/** The package's version, put in when it is built. */
declare const VERSION: string;
export const version = VERSION;

const loading = new Map<string, Promise<Loader>>();

/** The loader, with its files beside it: those of the bundler, or those in the folder `assetsUrl`. Once a page. */
export function load(assetsUrl: string | URL = ''): Promise<Loader> {
  const folder = `${assetsUrl}`;
  const started = loading.get(folder) ?? (folder ? importFrom(folder) : import('../loader.ts'));
  loading.set(folder, started);
  return started.catch((error) => {
    loading.delete(folder);
    throw error;
  });
}

function importFrom(folder: string): Promise<Loader> {
  return import(/* @vite-ignore */ new URL(folder.replace(/\/?$/, '/repin.js'), document.baseURI).href);
}
