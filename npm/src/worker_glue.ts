// The worker's glue. By its own import and not the page's name for it: a page that tries again after the glue hung asks for
// it under another name, and so does the worker it starts then. The npm package has its glue in the worker.
type Glue = typeof import('./repin_widget.js');

const attempt = location.hash.slice(1);

export const glue: Promise<Glue> = import(`${new URL('./repin_widget.js', import.meta.url)}${+attempt ? `?${attempt}` : ''}`);
