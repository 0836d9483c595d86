use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(inline_js = "
export async function recover() {
  const { open } = await import('/repin/index.js');
  const outcome = await open({
    apiBaseUrl: 'https://pin.wallet.example',
    getSession: (reason) => fetch(`/api/pin-session?reason=${reason}`, { method: 'POST' }).then(async (answer) => (answer.ok ? answer.json() : Promise.reject(await answer.json()))),
  });
  return outcome.status;
}")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn recover() -> Result<JsValue, JsValue>;
}

#[component]
fn App() -> impl IntoView {
    let status = RwSignal::new(String::new());
    let press = move |_| {
        spawn_local(async move {
            let ended = recover().await.ok().and_then(|status| status.as_string());
            status.set(ended.unwrap_or_else(|| "not loaded".into())); // and ask your server whether it is so
        });
    };
    view! {
        <button on:click=press>"Forgot your PIN?"</button>
        <p>{status}</p>
    }
}

fn main() {
    leptos::mount::mount_to_body(App);
}
