import { open } from 'repin/inline';

document.querySelector('#start').addEventListener('click', async () => {
  const outcome = await open({
    getSession: () => fetch('/api/recovery', { method: 'POST' }).then((reply) => reply.json()),
  });
  document.querySelector('#outcome').textContent = outcome.status;
});
