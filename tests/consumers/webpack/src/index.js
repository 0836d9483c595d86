import { mount } from 'repin';

document.querySelector('#start').addEventListener('click', async () => {
  const { done } = mount('#recovery', {
    getSession: () => fetch('/api/recovery', { method: 'POST' }).then((reply) => reply.json()),
  });
  const outcome = await done;
  document.querySelector('#outcome').textContent = outcome.status;
});
