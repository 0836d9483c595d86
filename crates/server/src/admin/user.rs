//! `admin user`: one person at a time. A lock is lifted; a PIN or an answer can be neither read nor set from here.

use clap::{Args, Subcommand, ValueEnum};
use repin_core::api::CredentialKind;
use repin_server::attempts::MAX_CONSECUTIVE;
use repin_server::date::date;
use repin_server::store::{Credential, CredentialStatus, Recovery, User};
use serde_json::{Value, json};

use super::{AdminError, Answer, Desk};

#[derive(Subcommand)]
pub enum Command {
    /// Show a user and their locks.
    Show(Who),
    /// Shut a user out: no token, no route and no message works for them (155109).
    Disable(Who),
    /// Let a user in again.
    Enable(Who),
    /// Lift the lock of a PIN, of the answers or of codes, and forget every counted guess, those against the cap of a hundred included.
    Unlock {
        #[command(flatten)]
        who: Who,
        /// What to unlock.
        what: What,
    },
}

#[derive(Args)]
pub struct Who {
    /// The host's name for the user.
    #[arg(value_name = "USER_ID")]
    user: String,
    /// The App ID. Without it: the first app.
    #[arg(long, value_name = "APP")]
    app: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum What {
    /// The PIN.
    Pin,
    /// The answers to the security questions.
    Answers,
    /// Codes by e-mail.
    Codes,
}

pub async fn run(desk: &Desk, command: Command) -> Result<Answer, AdminError> {
    match command {
        Command::Show(who) => show(desk, &who).await,
        Command::Disable(who) => set_disabled(desk, &who, true).await,
        Command::Enable(who) => set_disabled(desk, &who, false).await,
        Command::Unlock { who, what } => unlock(desk, &who, what).await,
    }
}

async fn find(desk: &Desk, who: &Who) -> Result<User, AdminError> {
    let app = desk.app(who.app.as_deref()).await?;
    let user = desk.store.user(&app, &who.user).await?;
    user.ok_or_else(|| AdminError::Unknown(format!("app {app} has no user {}", who.user)))
}

async fn set_disabled(desk: &Desk, who: &Who, disabled: bool) -> Result<Answer, AdminError> {
    let user = find(desk, who).await?;
    desk.store.set_disabled(&user, disabled, desk.by()?).await?;
    show(desk, who).await
}

async fn unlock(desk: &Desk, who: &Who, what: What) -> Result<Answer, AdminError> {
    let user = find(desk, who).await?;
    let (kind, name) = match what {
        What::Pin => (CredentialKind::Pin, "PIN"),
        What::Answers => (CredentialKind::Answers, "answers"),
        What::Codes => (CredentialKind::Code, "code"),
    };
    if !desk.store.unlock(&user, kind, desk.by()?).await? {
        return Err(AdminError::Unknown(format!("user {} has no {name} set", user.user_id)));
    }
    show(desk, who).await
}

async fn show(desk: &Desk, who: &Who) -> Result<Answer, AdminError> {
    let user = find(desk, who).await?;
    let status = if user.disabled { "DISABLED" } else { "ENABLED" };
    let [pin, answers, code] =
        [(&user.pin, user.pin_unlocked), (&user.answers, user.answers_unlocked), (&user.code, user.code_unlocked)].map(
            |(credential, unlocked)| {
                let unlocked = unlocked.map(date);
                Lock { credential: credential.as_ref(), unlocked, now: desk.now }
            },
        );
    let lines = [
        ("user", user.user_id.clone()),
        ("id", user.id.clone()),
        ("app", user.app.clone()),
        ("created", date(user.created)),
        ("status", status.to_owned()),
        ("PIN", pin.words()),
        ("answers", answers.words()),
        ("codes", code.words()),
        ("way back", way_back(user.recovery()).to_owned()),
    ];
    let text: Vec<_> = lines.iter().map(|(name, value)| format!("{name:<8} {value}")).collect();
    let json = json!({
        "userId": user.user_id,
        "id": user.id,
        "app": user.app,
        "created": date(user.created),
        "status": status,
        "pin": pin.shape(),
        "answers": answers.shape(),
        "codes": code.shape(),
        "wayBack": way_back(user.recovery()),
    });
    Ok(Answer::new(text.join("\n"), json))
}

const fn way_back(recovery: Recovery) -> &'static str {
    match recovery {
        Recovery::None => "NONE",
        Recovery::Answers => "ANSWERS",
        Recovery::Code => "CODE",
        Recovery::Both => "CODE_AND_ANSWERS",
    }
}

/// A credential's lock, as it stands now.
struct Lock<'a> {
    credential: Option<&'a Credential>,
    unlocked: Option<String>,
    now: u64,
}

impl Lock<'_> {
    fn status(&self) -> &'static str {
        CredentialStatus::of(self.credential, self.now).name()
    }

    fn words(&self) -> String {
        let mut words = self.status().to_owned();
        if let Some(counter) = self.credential.map(|credential| credential.counter.current(self.now)) {
            if counter.is_disabled() {
                words += " until an operator unlocks it";
            } else if let Some(until) = counter.locked_until {
                words += &format!(" until {}", date(until));
            }
            let (failed, consecutive) = (counter.failed, counter.consecutive);
            words += &format!("; {failed} failed now, {consecutive} of {MAX_CONSECUTIVE} in a row");
        }
        if let Some(unlocked) = &self.unlocked {
            words += &format!("; last unlocked by an operator {unlocked}");
        }
        words
    }

    fn shape(&self) -> Value {
        let counter = self.credential.map(|credential| credential.counter.current(self.now)).unwrap_or_default();
        json!({
            "status": self.status(),
            "failedAttempts": counter.failed,
            "consecutiveFailures": counter.consecutive,
            "lockedDate": counter.locked_at.map(date),
            "lockedExpiryDate": counter.locked_until.map(date),
            "lastLockOverrideDate": self.unlocked,
        })
    }
}
