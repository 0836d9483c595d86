import { useState } from 'react';
import { PinRecovery } from 'repin/react';

const getSession = () => fetch('/api/recovery', { method: 'POST' }).then((reply) => reply.json());

export function App() {
  const [asked, setAsked] = useState(false);
  const [outcome, setOutcome] = useState();
  return (
    <>
      <h1>Wallet</h1>
      <button id="start" onClick={() => setAsked(true)}>I forgot my PIN</button>
      {asked && !outcome && <PinRecovery getSession={getSession} onOutcome={setOutcome} />}
      <p id="outcome">{outcome?.status}</p>
    </>
  );
}
