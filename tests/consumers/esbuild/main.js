import { open } from 'repin';

document.querySelector('#start').addEventListener('click', async () => {
  const outcome = await open({
    // esbuild moves no files: `repin/dist` is served under this path.
    assetsUrl: '/repin/',
    getSession: () => fetch('/api/recovery', { method: 'POST' }).then((reply) => reply.json()),
  });
  document.querySelector('#outcome').textContent = outcome.status;
});
