//! The two vocabularies of the boundary between face and vault.

use repin_core::api::{Address, Attempts, ChallengeType, CredentialKind, Question, UnixMs, WalletRotation};
use repin_core::pin_policy::Weakness;
use repin_core::secret::SecretBytes;
use repin_core::{wire_enum, wire_number, wire_struct};

/// What the host page hands over, and where the gateway is.
#[derive(Debug)]
pub struct SessionInput {
    /// The session token (JWT).
    pub user_token: SecretBytes,
    /// Standard base64 of 32 bytes.
    pub encryption_key: SecretBytes,
    /// UUID of the challenge.
    pub challenge_id: String,
    /// The app the host believes it is; `None` skips the check.
    pub app_id: Option<String>,
    /// Base URL of the gateway without a trailing slash; empty for the page's own origin.
    pub api_base: String,
    /// Origin of the page.
    pub origin: String,
}

/// What the person, or the clock on the page, did.
#[derive(Debug)]
pub enum Event {
    /// The host has questions of its own to choose from, and how many it asks for. Before `Start`.
    Offer {
        /// What may be chosen; their ids are the flow's to give. Empty leaves the gateway's.
        questions: Vec<Question>,
        /// How many must be chosen, if that is more than the gateway asks for; 0 asks for nothing.
        required: u8,
    },
    /// The host leaves these ways back to choose from. Before `Start`; without it all are.
    Ways(Vec<Way>),
    /// The host handed over a session. Once.
    Start(SessionInput),
    /// The host handed over a fresh session for the same challenge. Nothing typed is lost.
    Renew(SessionInput),
    /// Questions: all answers, in the questions' order; text as typed in UTF-8, a date as `YYYYMMDD`.
    SubmitAnswers(Vec<SecretBytes>),
    /// Current, new or confirmed PIN, by the screen that shows: ASCII digits.
    SubmitPin(SecretBytes),
    /// Confirm: go back and choose another PIN.
    ChooseDifferentPin,
    /// Current PIN: "Forgot PIN?".
    ForgotPin,
    /// Questions: "I can't remember".
    CannotRemember,
    /// The back arrow, where `can_go_back` says so; also "Go back and try" and "Try again" after `CannotRecover`.
    Back,
    /// Intro, summary: "Continue". Updating: the page's clock asks how far the wallets are.
    Continue,
    /// Choose question: which one, the answer as for `SubmitAnswers`, and the hint.
    SubmitQuestion {
        /// Index into the catalogue that the screen shows.
        index: u8,
        /// The answer.
        answer: SecretBytes,
        /// The person's reminder; empty for none.
        hint: String,
    },
    /// Agree: the person has typed the phrase. Keys' warning: the person has understood it.
    Agree,
    /// Ways: this one.
    ChooseWay {
        /// One of those that the screen shows.
        way: Way,
    },
    /// E-mail: the address as typed.
    SubmitEmail {
        /// UTF-8.
        address: String,
    },
    /// Send code, code: have one sent, or another.
    SendCode,
    /// Code: ASCII digits.
    SubmitCode(SecretBytes),
    /// Keys: hand over the private keys, to be shown.
    ShowKeys,
    /// Keys: hand over the file, to be saved.
    SaveKeys,
    /// Offline, Failed, TooEarly: try the same again. Locked: the countdown ended.
    Retry,
    /// The page's clock passed the end of the session.
    SessionEnded,
    /// The person (after being asked, if anything was typed) or the host closes.
    Cancel,
}

/// What to show, with every decision made. No secret in it.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewModel {
    /// The screen.
    pub screen: Screen,
    /// "Step 2 of 3"; `None` where steps make no sense.
    pub progress: Option<Progress>,
    /// The header shows the back arrow.
    pub can_go_back: bool,
    /// The vault is at work on what was just submitted; the screen stays, its button shows it, input waits.
    pub busy: bool,
    /// What the challenge is for; set once the gateway has answered.
    pub challenge_type: Option<ChallengeType>,
    /// Set once the gateway has answered.
    pub session: Option<SessionTimes>,
    /// How many fresh sessions were of no use: for another challenge, or refused. The one before goes on until it ends.
    pub not_renewed: u32,
}

/// Where the person is on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// From 1.
    pub step: u8,
    /// How many there are.
    pub of: u8,
}

/// What the page needs to count down to the session's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTimes {
    /// When the session ends, on the gateway's clock.
    pub expires_at: UnixMs,
    /// The gateway's clock when it said so.
    pub server_time: UnixMs,
}

/// The screens, in the order a person may meet them.
#[derive(Clone, Debug, PartialEq)]
pub enum Screen {
    /// Nothing is known yet.
    Loading,
    /// Answer the security questions.
    Questions {
        /// In order, with hints.
        questions: Vec<Question>,
        /// What was wrong with the last try.
        problem: Option<AnswersProblem>,
    },
    /// Enter the PIN that is to be changed, or that authorises setting questions.
    CurrentPin {
        /// Digits.
        length: u8,
        /// What was wrong with the last try.
        problem: Option<PinProblem>,
        /// "Forgot PIN?" makes sense here.
        can_recover: bool,
    },
    /// Choose a new PIN.
    NewPin {
        /// Digits.
        length: u8,
        /// What was wrong with the last choice.
        problem: Option<PinProblem>,
        /// There was none before.
        first: bool,
    },
    /// Enter the new PIN again.
    ConfirmPin {
        /// Digits.
        length: u8,
        /// Only `Mismatch` or `Length`.
        problem: Option<PinProblem>,
        /// There was none before.
        first: bool,
    },
    /// Why questions are asked and what they mean.
    QuestionsIntro {
        /// How many will be chosen.
        required: u8,
    },
    /// Choose and answer one question.
    ChooseQuestion {
        /// From 1.
        number: u8,
        /// How many will be chosen.
        required: u8,
        /// What may be chosen. Those taken by another slot are listed in `taken`.
        catalogue: Vec<Question>,
        /// Indexes into the catalogue that another slot has.
        taken: Vec<u8>,
        /// What was wrong with the last submission.
        problem: Option<QuestionProblem>,
        /// Index chosen before, when the person came back.
        chosen: Option<u8>,
        /// The hint given with it; empty without one. The answer does not come back: it stays in the vault.
        hint: String,
    },
    /// The chosen questions with their hints, for a last look. Never the answers.
    Summary {
        /// In order.
        questions: Vec<Question>,
    },
    /// Understand that nobody can reset the answers, and type "I agree".
    Agree,
    /// The new secrets are being protected and sent.
    Working {
        /// How many key stretchings this takes: 1 or 2.
        stretchings: u8,
        /// How long one took on this device when a secret was proved a moment ago, in milliseconds.
        measured_ms: Option<u32>,
        /// What is being done, which says what is being protected.
        challenge_type: ChallengeType,
    },
    /// It worked.
    Done {
        /// What was done.
        challenge_type: ChallengeType,
    },
    /// All three tries are used.
    Locked {
        /// Which credential is locked.
        kind: CredentialKind,
        /// When it ends, on the gateway's clock.
        until: UnixMs,
        /// The gateway's clock when it said so.
        server_time: UnixMs,
        /// The PIN is locked and the answers are not: recovery is open.
        can_recover: bool,
    },
    /// The session ended. Starting again costs no try.
    Expired {
        /// What was sent last was not answered: a try may have been used, or the PIN changed.
        unsure: bool,
    },
    /// There is no way on from here.
    CannotRecover {
        /// Why.
        reason: DeadEnd,
    },
    /// The person chose "Forgot PIN?"; the host starts a RESTORE_PIN challenge and a new session.
    HandedOver,
    /// The gateway cannot be reached. Nothing was lost; `Event::Retry` goes on.
    Offline,
    /// Something ended the flow.
    Failed {
        /// Circle's number.
        code: i32,
        /// `Event::Retry` may help.
        retryable: bool,
    },
    /// Another code was asked for too early (155142), and nothing was counted. `Event::Retry` asks again.
    TooEarly {
        /// From when there is one, on the gateway's clock.
        until: UnixMs,
    },
    /// Closed. The host is told; nothing is shown.
    Cancelled,
    /// Choose a way back, and learn what each protects from.
    Ways {
        /// At least two.
        ways: Vec<Way>,
    },
    /// Enter an e-mail address.
    Email {
        /// As typed before; empty at first.
        address: String,
        /// It is no address. Nothing was sent.
        is_wrong: bool,
        /// The code alone will be the way back.
        is_alone: bool,
    },
    /// A code will be sent to the address that is known.
    SendCode,
    /// Enter the code.
    Code {
        /// Digits.
        length: u8,
        /// Where it went: as typed a moment ago, or masked as `m…@e….org`.
        address: String,
        /// What was wrong with the last try.
        problem: Option<CodeProblem>,
        /// When it is good for nothing any more, on the gateway's clock.
        expires_at: UnixMs,
        /// From when another can be sent.
        resend_at: UnixMs,
    },
    /// What exporting keys means, before it is done.
    KeysWarning,
    /// The wallet's keys, hidden until they are asked for. None is in here.
    Keys {
        /// In the order of the keys.
        addresses: Vec<Address>,
    },
    /// The PIN is set; the wallets that are held elsewhere are being updated, whether or not anybody looks on.
    Updating {
        /// How far each is.
        wallets: Vec<WalletRotation>,
        /// `Event::Continue` asks again.
        is_asking: bool,
    },
    /// A wallet is made.
    WalletReady {
        /// Its addresses.
        addresses: Vec<Address>,
    },
}

/// A way to set a new PIN for somebody who forgot it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Answers to security questions.
    Questions,
    /// A code by e-mail.
    Email,
    /// Such a code, and then the answers.
    Both,
}

/// What was wrong with a submitted code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeProblem {
    /// It is not the one that was sent last.
    Wrong {
        /// Tries left before the pause.
        attempts: Attempts,
    },
    /// It has too few digits. No try was used.
    Length,
    /// It can no longer be used. No try was used.
    Expired,
}

/// What was wrong with submitted answers. Never which one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswersProblem {
    /// They do not match.
    Wrong {
        /// Tries left before the pause.
        attempts: Attempts,
    },
    /// An answer has nothing in it once signs and spaces are dropped. No try was used.
    Empty {
        /// Which ones, by index.
        indexes: Vec<u8>,
    },
    /// Nothing is wrong with these: some tries were used before.
    Left {
        /// Tries left before the pause.
        attempts: Attempts,
    },
}

/// What was wrong with a submitted PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinProblem {
    /// It is not the current PIN.
    Wrong {
        /// Tries left before the pause.
        attempts: Attempts,
    },
    /// It has too few digits. No try was used.
    Length,
    /// It is too easy to guess (155704).
    Weak {
        /// Which rule.
        weakness: Weakness,
    },
    /// It is the PIN that is to be replaced.
    SameAsCurrent,
    /// It appears in a date that was just given as an answer.
    InDateAnswer,
    /// The two entries differ (155703).
    Mismatch,
    /// Nothing is wrong with this one: some tries were used before.
    Left {
        /// Tries left before the pause.
        attempts: Attempts,
    },
}

/// What was wrong with a chosen question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionProblem {
    /// The answer has nothing in it.
    EmptyAnswer,
    /// The hint gives the answer away (155705).
    HintIsAnswer,
    /// No question, or one that is taken, was chosen.
    NoQuestion,
    /// The hint is longer than 100 characters, or than 256 bytes.
    HintTooLong,
    /// The answer is longer than 256 bytes.
    AnswerTooLong,
}

/// Why there is no way on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadEnd {
    /// The person cannot remember the answers.
    CannotRemember,
    /// No questions were ever set (155111).
    NoQuestions,
    /// 100 wrong tries in a row: only the operator can open it again.
    Disabled,
}

wire_struct! {
    SessionInput { user_token, encryption_key, challenge_id, app_id, api_base, origin }
    ViewModel { screen, progress, can_go_back, busy, challenge_type, session, not_renewed }
    Progress { step, of }
    SessionTimes { expires_at, server_time }
}

wire_number! {
    QuestionProblem { EmptyAnswer = 0, HintIsAnswer = 1, NoQuestion = 2, HintTooLong = 3, AnswerTooLong = 4 }
    DeadEnd { CannotRemember = 0, NoQuestions = 1, Disabled = 2 }
    Way { Questions = 0, Email = 1, Both = 2 }
}

wire_enum! {
    Event {
        0 = Start { value: 0 },
        1 = Renew { value: 0 },
        2 = SubmitAnswers { value: 0 },
        3 = SubmitPin { value: 0 },
        4 = ChooseDifferentPin {},
        5 = ForgotPin {},
        6 = CannotRemember {},
        7 = Back {},
        8 = Continue {},
        9 = SubmitQuestion { index, answer, hint },
        10 = Agree {},
        11 = Retry {},
        12 = SessionEnded {},
        13 = Cancel {},
        14 = Offer { questions, required },
        15 = Ways { value: 0 },
        16 = ChooseWay { way },
        17 = SubmitEmail { address },
        18 = SendCode {},
        19 = SubmitCode { value: 0 },
        20 = ShowKeys {},
        21 = SaveKeys {},
    }
    Screen {
        0 = Loading {},
        1 = Questions { questions, problem },
        2 = CurrentPin { length, problem, can_recover },
        3 = NewPin { length, problem, first },
        4 = ConfirmPin { length, problem, first },
        5 = QuestionsIntro { required },
        6 = ChooseQuestion { number, required, catalogue, taken, problem, chosen, hint },
        7 = Summary { questions },
        8 = Agree {},
        9 = Working { stretchings, measured_ms, challenge_type },
        10 = Done { challenge_type },
        11 = Locked { kind, until, server_time, can_recover },
        12 = Expired { unsure },
        13 = CannotRecover { reason },
        14 = HandedOver {},
        15 = Offline {},
        16 = Failed { code, retryable },
        17 = Cancelled {},
        18 = Ways { ways },
        19 = Email { address, is_wrong, is_alone },
        20 = SendCode {},
        21 = Code { length, address, problem, expires_at, resend_at },
        22 = KeysWarning {},
        23 = Keys { addresses },
        24 = Updating { wallets, is_asking },
        25 = WalletReady { addresses },
        26 = TooEarly { until },
    }
    CodeProblem {
        0 = Wrong { attempts },
        1 = Length {},
        2 = Expired {},
    }
    AnswersProblem {
        0 = Wrong { attempts },
        1 = Empty { indexes },
        2 = Left { attempts },
    }
    PinProblem {
        0 = Wrong { attempts },
        1 = Length {},
        2 = Weak { weakness },
        3 = SameAsCurrent {},
        4 = InDateAnswer {},
        5 = Mismatch {},
        6 = Left { attempts },
    }
}
