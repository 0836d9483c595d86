// `repin/vite`: for the development server of Vite 7 and older, which moves a package's scripts and not the files beside
// them. Vite 8 needs no plugin, and takes this one.

export interface RepinPlugin {
  name: 'repin';
  config(): { optimizeDeps: { exclude: string[] } };
}

export default function repin(): RepinPlugin {
  return { name: 'repin', config: () => ({ optimizeDeps: { exclude: ['repin'] } }) };
}
