//! A person at the widget, without a browser: the shipped vault against a gateway over HTTP, for tests in other languages
//! (`tests/conformance`). One JSON object on each line of standard input, one on each line of standard output.
//!
//! In: `{"gateway": "http://127.0.0.1:7373", "userToken", "encryptionKey", "challengeId"}` and what the person types:
//! `pins` (the current PIN, one entry for each try), `answers` (one list for each try), `newPin` (typed twice) and
//! `newAnswers` (to the first question of the catalogue and the first one about a date; a date is `YYYYMMDD`).
//!
//! Out: where the person ended, `{"screen": "Done"}`, `{"screen": "Locked", "until": 1800000000000}` or
//! `{"screen": "Failed", "code": 155121}`; also a screen for which they had nothing left to type.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test's other end: a bad line shall stop it

#[allow(dead_code)] // the stories use the rest of it
#[path = "../tests/stories/native.rs"]
mod native;

use std::io::{BufRead, Write};

use native::{Tab, secret};
use repin_core::api::{Question, QuestionKind};
use repin_vault::flow::{Event, Screen, SessionInput};
use serde_json::{Value, json};

#[tokio::main]
async fn main() {
    for line in std::io::stdin().lock().lines() {
        let typed: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        let end = tokio::task::LocalSet::new().run_until(live(&typed)).await;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{end}").expect("somebody listens");
        out.flush().expect("somebody listens");
    }
}

/// Types what there is to type until the flow ends.
async fn live(typed: &Value) -> Value {
    let mut tab = Tab::open(session(typed)).await;
    let mut pins = texts(&typed["pins"]);
    let mut tries = typed["answers"].as_array().cloned().unwrap_or_default().into_iter();
    let mut new_answers = texts(&typed["newAnswers"]);
    loop {
        let event = match &tab.view.screen {
            Screen::CurrentPin { .. } => pins.next().map(|pin| Event::SubmitPin(secret(&pin))),
            Screen::Questions { .. } => tries
                .next()
                .map(|answers| Event::SubmitAnswers(texts(&answers).map(|answer| secret(&answer)).collect())),
            // A new PIN that is refused would be typed for ever.
            Screen::NewPin { problem: Some(_), .. } | Screen::ConfirmPin { problem: Some(_), .. } => None,
            Screen::NewPin { .. } | Screen::ConfirmPin { .. } => {
                typed["newPin"].as_str().map(|pin| Event::SubmitPin(secret(pin)))
            }
            Screen::ChooseQuestion { catalogue, number, problem: None, .. } => new_answers.next().map(|answer| {
                let index = question(catalogue, *number);
                Event::SubmitQuestion { index, answer: secret(&answer), hint: String::new() }
            }),
            Screen::QuestionsIntro { .. } | Screen::Summary { .. } => Some(Event::Continue),
            Screen::Agree => Some(Event::Agree),
            _ => None,
        };
        let Some(event) = event else { break };
        tab.act(event).await;
    }
    end(&tab.view.screen)
}

fn session(typed: &Value) -> SessionInput {
    let text = |name: &str| typed[name].as_str().unwrap_or_else(|| panic!("no text `{name}`")).to_owned();
    SessionInput {
        user_token: secret(&text("userToken")),
        encryption_key: secret(&text("encryptionKey")),
        challenge_id: text("challengeId"),
        app_id: None,
        api_base: text("gateway"),
        // The gateway's own page, which it always allows.
        origin: text("gateway"),
    }
}

fn texts(list: &Value) -> impl Iterator<Item = String> + use<> {
    let list = list.as_array().cloned().unwrap_or_default();
    list.into_iter().map(|text| text.as_str().expect("a text").to_owned())
}

/// The first question is asked for in words, the second for a date.
fn question(catalogue: &[Question], number: u8) -> u8 {
    let kind = if number == 1 { QuestionKind::Text } else { QuestionKind::Date };
    let index = catalogue.iter().position(|question| question.kind == kind).expect("one of this kind");
    u8::try_from(index).expect("a short catalogue")
}

fn end(screen: &Screen) -> Value {
    match screen {
        Screen::Locked { until, .. } => json!({"screen": "Locked", "until": until}),
        Screen::Failed { code, .. } => json!({"screen": "Failed", "code": code}),
        // The name alone: fields can hold questions.
        other => json!({"screen": format!("{other:?}").split([' ', '{']).next()}),
    }
}
