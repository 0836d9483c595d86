//! A wallet's page with the widget in it.

use gloo_net::http::Request;
use leptos::prelude::*;
use repin::app::{Outcome, PinRecovery, Reason, Session};
use serde::Deserialize;

fn main() {
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let asked = RwSignal::new(false);
    let outcome = RwSignal::new(None::<Outcome>);
    let locale = RwSignal::new(String::from("auto"));
    let status = move || outcome.get().map(|outcome| format!("{outcome:?}").to_lowercase());
    view! {
        <h1>"Wallet"</h1>
        <select id="locale" aria-label="Language" on:change=move |event| locale.set(event_target_value(&event))>
            <option value="auto">"Automatic"</option>
            <option value="en">"English"</option>
            <option value="de">"Deutsch"</option>
        </select>
        <button id="start" on:click=move |_| asked.set(true)>"I forgot my PIN"</button>
        <Show when=move || asked.get() && outcome.get().is_none()>
            <PinRecovery get_session on_outcome=move |how| outcome.set(Some(how)) assets_url="/repin" locale/>
        </Show>
        <p id="outcome">{status}</p>
    }
}

/// What the wallet's backend answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recovery {
    user_token: String,
    encryption_key: String,
    challenge_id: String,
}

/// For more time the backend renews the challenge that it gave last, so it is told why it is asked.
async fn get_session(reason: Reason) -> Option<Session> {
    let reply = Request::post("/api/recovery").body(reason.name()).ok()?.send().await.ok()?;
    let Recovery { user_token, encryption_key, challenge_id } = reply.json().await.ok()?;
    Some(Session { user_token, encryption_key, challenge_id })
}
