// The page that Circle's web SDK opens in an iframe, on each of its routes, and that `openFrame` opens on `/frame`. It
// says that it is there before anything else is fetched, and listens to one message. docs/frame.md has the plan of all.
import { element } from '../shell.ts';
import { deviceId } from './device.ts';
import { embedder } from './embedder.ts';
import { NO_LOGIN } from './ending.ts';
import { receive } from './init.ts';
import type { Greeting } from './messages.ts';
import { notice } from './notice.ts';
import { connect } from './port.ts';
import { run } from './run.ts';
import { serve } from './serve.ts';
import { frameTexts, REFUSED } from './texts.ts';
import { speakTo, type Voice } from './voice.ts';

const origin = embedder({
  search: location.search,
  own: self.origin,
  isTop: window.parent === window,
  ancestors: location.ancestorOrigins,
  referrer: document.referrer,
});

if (origin) open(origin, speakTo(origin));
else document.body.append(element('p', '', REFUSED));

function open(origin: string, voice: Voice): void {
  switch (location.pathname) {
    case '/device-id':
      return voice.device(deviceId());
    case '/social/verify-token':
      return voice.refuseSocialLogin(NO_LOGIN);
    case '/social/verify-email':
      voice.ready();
      return void refuseSignIn(voice);
    case '/frame': {
      const connecting = connect(origin);
      window.parent.postMessage({ repin: 1 } satisfies Greeting, origin);
      const loading = import('../loader.ts');
      loading.catch(() => {}); // `serve` says so
      return void connecting.then((connection) => serve(connection, loading, origin));
    }
    default: {
      const init = receive(origin);
      voice.ready();
      const loading = import('../loader.ts');
      loading.catch(() => {}); // `run` says so, once there is somebody to tell
      void init.then((init) => run(init, loading, origin, voice));
    }
  }
}

/** The SDK shows this route at once, so the person is told too. */
async function refuseSignIn(voice: Voice): Promise<void> {
  const texts = await frameTexts();
  const card = await notice(texts);
  card.explain(texts.frame.sign_in, () => voice.refuseEmailLogin(NO_LOGIN));
}
