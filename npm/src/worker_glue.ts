// The worker's glue. By its own import and not the page's name for it: a page that tries again after the glue hung asks for
// it under another name, `?n`, and so does the worker that it starts then, which is called `?n` itself. The npm package has its glue in the worker.
type Glue = typeof import('./repin_widget.js');

export const glue: Promise<Glue> = import(`${new URL('./repin_widget.js', import.meta.url)}${location.search}`);
