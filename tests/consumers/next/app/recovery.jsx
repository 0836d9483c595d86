'use client';

import { useState } from 'react';
import { PinRecovery } from 'repin/react';

const getSession = () => fetch('/api/recovery', { method: 'POST' }).then((reply) => reply.json());

// The widget is on the page from the start: the server renders its place, and it starts when the page comes alive.
export function Recovery() {
  const [outcome, setOutcome] = useState();
  return (
    <>
      {!outcome && <PinRecovery getSession={getSession} onOutcome={setOutcome} />}
      <p id="outcome">{outcome?.status}</p>
    </>
  );
}
