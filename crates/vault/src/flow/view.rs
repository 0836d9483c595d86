//! The two vocabularies of the boundary between face and vault.

use minicbor::{Decode, Encode};
use repin_core::api::{Attempts, ChallengeType, CredentialKind, Question, UnixMs};
use repin_core::pin_policy::Weakness;
use repin_core::secret::SecretBytes;

/// What the host page hands over, and where the gateway is.
#[derive(Debug, Encode, Decode)]
pub struct SessionInput {
    /// The session token (JWT).
    #[n(0)]
    pub user_token: SecretBytes,
    /// Standard base64 of 32 bytes.
    #[n(1)]
    pub encryption_key: SecretBytes,
    /// UUID of the challenge.
    #[n(2)]
    pub challenge_id: String,
    /// The app the host believes it is; `None` skips the check.
    #[n(3)]
    pub app_id: Option<String>,
    /// Base URL of the gateway without a trailing slash; empty for the page's own origin.
    #[n(4)]
    pub api_base: String,
    /// Origin of the page.
    #[n(5)]
    pub origin: String,
}

/// What the person, or the clock on the page, did.
#[derive(Debug, Encode, Decode)]
pub enum Event {
    /// The host handed over a session. Once, first.
    #[n(0)]
    Start(#[n(0)] SessionInput),
    /// The host handed over a fresh session for the same challenge. Nothing typed is lost.
    #[n(1)]
    Renew(#[n(0)] SessionInput),
    /// Questions: all answers, in the questions' order; text as typed in UTF-8, a date as `YYYYMMDD`.
    #[n(2)]
    SubmitAnswers(#[n(0)] Vec<SecretBytes>),
    /// Current, new or confirmed PIN, by the screen that shows: ASCII digits.
    #[n(3)]
    SubmitPin(#[n(0)] SecretBytes),
    /// Confirm: go back and choose another PIN.
    #[n(4)]
    ChooseDifferentPin,
    /// Current PIN: "Forgot PIN?".
    #[n(5)]
    ForgotPin,
    /// Questions: "I can't remember".
    #[n(6)]
    CannotRemember,
    /// The back arrow, where `can_go_back` says so; also "Go back and try" and "Try again" after `CannotRecover`.
    #[n(7)]
    Back,
    /// Intro, summary: "Continue".
    #[n(8)]
    Continue,
    /// Choose question: which one, the answer as for `SubmitAnswers`, and the hint.
    #[n(9)]
    SubmitQuestion {
        /// Index into the catalogue that the screen shows.
        #[n(0)]
        index: u8,
        /// The answer.
        #[n(1)]
        answer: SecretBytes,
        /// The person's reminder; empty for none.
        #[n(2)]
        hint: String,
    },
    /// Agree: the person has typed the phrase.
    #[n(10)]
    Agree,
    /// Offline, Failed: try the same again. Locked: the countdown ended.
    #[n(11)]
    Retry,
    /// The page's clock passed the end of the session.
    #[n(12)]
    SessionEnded,
    /// The person (after being asked, if anything was typed) or the host closes.
    #[n(13)]
    Cancel,
}

/// What to show, with every decision made. No secret in it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct ViewModel {
    /// The screen.
    #[n(0)]
    pub screen: Screen,
    /// "Step 2 of 3"; `None` where steps make no sense.
    #[n(1)]
    pub progress: Option<Progress>,
    /// The header shows the back arrow.
    #[n(2)]
    pub can_go_back: bool,
    /// The vault is at work on what was just submitted; the screen stays, its button shows it, input waits.
    #[n(3)]
    pub busy: bool,
    /// Set once the gateway has answered.
    #[n(4)]
    pub session: Option<SessionTimes>,
}

/// Where the person is on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Progress {
    /// From 1.
    #[n(0)]
    pub step: u8,
    /// How many there are.
    #[n(1)]
    pub of: u8,
}

/// What the page needs to count down to the session's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SessionTimes {
    /// When the session ends, on the gateway's clock.
    #[n(0)]
    pub expires_at: UnixMs,
    /// The gateway's clock when it said so.
    #[n(1)]
    pub server_time: UnixMs,
}

/// The screens, in the order a person may meet them.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Screen {
    /// Nothing is known yet.
    #[n(0)]
    Loading,
    /// Answer the security questions.
    #[n(1)]
    Questions {
        /// In order, with hints.
        #[n(0)]
        questions: Vec<Question>,
        /// What was wrong with the last try.
        #[n(1)]
        problem: Option<AnswersProblem>,
    },
    /// Enter the PIN that is to be changed, or that authorises setting questions.
    #[n(2)]
    CurrentPin {
        /// Digits.
        #[n(0)]
        length: u8,
        /// What was wrong with the last try.
        #[n(1)]
        problem: Option<PinProblem>,
        /// "Forgot PIN?" makes sense here.
        #[n(2)]
        can_recover: bool,
    },
    /// Choose a new PIN.
    #[n(3)]
    NewPin {
        /// Digits.
        #[n(0)]
        length: u8,
        /// What was wrong with the last choice.
        #[n(1)]
        problem: Option<PinProblem>,
    },
    /// Enter the new PIN again.
    #[n(4)]
    ConfirmPin {
        /// Digits.
        #[n(0)]
        length: u8,
        /// Only `Mismatch` or `Length`.
        #[n(1)]
        problem: Option<PinProblem>,
    },
    /// Why questions are asked and what they mean.
    #[n(5)]
    QuestionsIntro {
        /// How many will be chosen.
        #[n(0)]
        required: u8,
    },
    /// Choose and answer one question.
    #[n(6)]
    ChooseQuestion {
        /// From 1.
        #[n(0)]
        number: u8,
        /// How many will be chosen.
        #[n(1)]
        required: u8,
        /// What may be chosen. Those taken by another slot are listed in `taken`.
        #[n(2)]
        catalogue: Vec<Question>,
        /// Indexes into the catalogue that another slot has.
        #[n(3)]
        taken: Vec<u8>,
        /// What was wrong with the last submission.
        #[n(4)]
        problem: Option<QuestionProblem>,
        /// Index chosen before, when the person came back.
        #[n(5)]
        chosen: Option<u8>,
    },
    /// The chosen questions with their hints, for a last look. Never the answers.
    #[n(7)]
    Summary {
        /// In order.
        #[n(0)]
        questions: Vec<Question>,
    },
    /// Understand that nobody can reset the answers, and type "I agree".
    #[n(8)]
    Agree,
    /// The new secrets are being protected and sent.
    #[n(9)]
    Working {
        /// How many key stretchings this takes: 1 or 2.
        #[n(0)]
        stretchings: u8,
        /// How long one took on this device when a secret was proved a moment ago, in milliseconds.
        #[n(1)]
        measured_ms: Option<u32>,
    },
    /// It worked.
    #[n(10)]
    Done {
        /// What was done.
        #[n(0)]
        challenge_type: ChallengeType,
    },
    /// Three wrong tries.
    #[n(11)]
    Locked {
        /// Which credential is locked.
        #[n(0)]
        kind: CredentialKind,
        /// When it ends, on the gateway's clock.
        #[n(1)]
        until: UnixMs,
        /// The gateway's clock when it said so.
        #[n(2)]
        server_time: UnixMs,
        /// The PIN is locked and the answers are not: recovery is open.
        #[n(3)]
        can_recover: bool,
    },
    /// The session ended. Starting again costs no try.
    #[n(12)]
    Expired,
    /// There is no way on from here.
    #[n(13)]
    CannotRecover {
        /// Why.
        #[n(0)]
        reason: DeadEnd,
    },
    /// The person chose "Forgot PIN?"; the host starts a RESTORE_PIN challenge and a new session.
    #[n(14)]
    HandedOver,
    /// The gateway cannot be reached. Nothing was lost; `Event::Retry` goes on.
    #[n(15)]
    Offline,
    /// Something ended the flow.
    #[n(16)]
    Failed {
        /// Circle's number.
        #[n(0)]
        code: i32,
        /// `Event::Retry` may help.
        #[n(1)]
        retryable: bool,
    },
    /// Closed. The host is told; nothing is shown.
    #[n(17)]
    Cancelled,
}

/// What was wrong with submitted answers. Never which one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum AnswersProblem {
    /// They do not match.
    #[n(0)]
    Wrong {
        /// Tries left before the pause.
        #[n(0)]
        attempts: Attempts,
    },
    /// An answer has nothing in it once signs and spaces are dropped. No try was used.
    #[n(1)]
    Empty {
        /// Which ones, by index.
        #[n(0)]
        indexes: Vec<u8>,
    },
}

/// What was wrong with a submitted PIN.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum PinProblem {
    /// It is not the current PIN.
    #[n(0)]
    Wrong {
        /// Tries left before the pause.
        #[n(0)]
        attempts: Attempts,
    },
    /// It has too few digits. No try was used.
    #[n(1)]
    Length,
    /// It is too easy to guess (155704).
    #[n(2)]
    Weak {
        /// Which rule.
        #[n(0)]
        weakness: Weakness,
    },
    /// It is the PIN that is to be replaced.
    #[n(3)]
    SameAsCurrent,
    /// It appears in a date that was just given as an answer.
    #[n(4)]
    InDateAnswer,
    /// The two entries differ (155703).
    #[n(5)]
    Mismatch,
}

/// What was wrong with a chosen question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum QuestionProblem {
    /// The answer has nothing in it.
    #[n(0)]
    EmptyAnswer,
    /// The hint gives the answer away (155705).
    #[n(1)]
    HintIsAnswer,
    /// No question, or one that is taken, was chosen.
    #[n(2)]
    NoQuestion,
    /// The hint is longer than 100 characters.
    #[n(3)]
    HintTooLong,
    /// The answer is longer than 256 bytes.
    #[n(4)]
    AnswerTooLong,
}

/// Why there is no way on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum DeadEnd {
    /// The person cannot remember the answers.
    #[n(0)]
    CannotRemember,
    /// No questions were ever set (155111).
    #[n(1)]
    NoQuestions,
    /// 100 wrong tries in a row: only the operator can open it again.
    #[n(2)]
    Disabled,
}
