// What the page says where there is no widget: calm, and with a way on.
import { notice } from '../frame/notice.ts';
import { frameTexts } from '../frame/texts.ts';

/** `back` is a URL of the app's, from the gateway; `again` tries once more. */
export async function say(what: 'link' | 'offline', back?: string, again?: () => void): Promise<void> {
  const texts = await frameTexts();
  document.documentElement.lang = texts.locale;
  document.documentElement.dir = texts.dir;
  const card = await notice(texts);
  // A page that a person opened cannot close itself; then nothing happens, and the card still says what to do.
  const leave = () => (back ? location.replace(back) : close());
  if (what === 'offline') {
    const retry = () => {
      card.remove();
      again?.();
    };
    return card.explain(texts.shell.offline, leave, { label: texts.common.retry, press: retry });
  }
  const label = back && texts.frame.return.replace('{host}', new URL(back).host);
  card.explain(texts.frame.link, leave, label ? { label, press: leave } : undefined);
}
