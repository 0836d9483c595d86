import { open, preload } from 'repin';

const start = document.querySelector('#start');

start.addEventListener('pointerenter', () => preload());
start.addEventListener('click', async () => {
  const outcome = await open({
    getSession: () => fetch('/api/recovery', { method: 'POST' }).then((reply) => reply.json()),
  });
  document.querySelector('#outcome').textContent = outcome.status;
});
