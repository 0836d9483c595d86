//! What the stand-in says a gateway knows about the person.

use std::rc::Rc;

use repin_core::api::{
    Address, Attempts, Chain, ChallengeType, CredentialKind, OpenReply, Question, QuestionKind, RotationState,
    SendCodeReply, UnixMs, WalletRotation,
};
use repin_core::credential::DEFAULT_KSF;
use repin_core::secret::SecretBytes;
use repin_vault::flow::Exported;

use crate::{Scenario, Script};

/// The first reply of a gateway to a person who has three tries.
pub(crate) fn opened(script: &Script, now: UnixMs) -> OpenReply {
    let sets_answers = script.flow.replaces().contains(&CredentialKind::Answers);
    let proves = [script.flow.proves(), script.flow.proves_then()];
    OpenReply {
        challenge_type: script.flow,
        app_id: "mock-app".into(),
        user_id: "mock-user".into(),
        questions: if proves.contains(&Some(CredentialKind::Answers)) { questions() } else { Vec::new() },
        catalogue: if sets_answers { catalogue() } else { Vec::new() },
        required_questions: if sets_answers { 2 } else { 0 },
        pin_length: 6,
        prove_ksf: script.flow.proves().map(|_| DEFAULT_KSF),
        register_ksf: DEFAULT_KSF,
        attempts: None,
        answer_rule: repin_core::answers::RULE,
        session_expires_at: now + UnixMs::from(script.session_ms),
        challenge_expires_at: now + 24 * 60 * 60_000,
        server_time: now,
        can_recover: has_a_way_back(script.flow) && script.scenario != Scenario::NoQuestions,
    }
}

fn has_a_way_back(flow: ChallengeType) -> bool {
    matches!(flow, ChallengeType::ChangePin | ChallengeType::CreateWallet | ChallengeType::ExportKeys)
}

/// A code that was sent to an address that only the person knows.
pub(crate) fn sent(address: Option<&str>, attempts: Attempts, now: UnixMs) -> SendCodeReply {
    SendCodeReply {
        address: address.unwrap_or("m…@e….org").to_owned(),
        code_length: 8,
        ksf: DEFAULT_KSF,
        attempts,
        expires_at: now + 10 * 60_000,
        resend_at: now + 60_000,
        server_time: now,
    }
}

/// Of the words that everybody knows ("test test … junk"), and of a key of 32 zeros: nobody's.
const ADDRESSES: [(Chain, &str, &str); 2] = [
    (Chain::Ethereum, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "m/44'/60'/0'/0/0"),
    (Chain::Solana, "4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS", "m/44'/501'/0'/0'"),
];
const KEYS: [&str; 2] = [
    "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "111111111111111111111111111111114zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtaj",
];

pub(crate) fn addresses() -> Vec<Address> {
    let address =
        |(chain, address, path): (Chain, &str, &str)| Address { chain, address: address.into(), path: path.into() };
    ADDRESSES.map(address).into()
}

pub(crate) fn exported() -> Exported {
    let line = |((_, address, path), key): (&(Chain, &str, &str), &&str)| format!("{address},{path},{key}\r\n");
    let csv = ["address,path,private key\r\n".to_owned()].into_iter().chain(ADDRESSES.iter().zip(&KEYS).map(line));
    let secret = |text: String| Rc::new(SecretBytes::new(text.into_bytes()));
    Exported { addresses: addresses(), keys: secret(KEYS.join("\n")), csv: secret(csv.collect()) }
}

/// Three wallets that are held elsewhere, so many of them done.
pub(crate) fn wallets(done: usize, second: RotationState) -> Vec<WalletRotation> {
    let wallet = |(n, label): (usize, &str)| {
        let state = match (n < done, n) {
            (true, 1) => second,
            (true, _) => RotationState::Done,
            (false, _) => RotationState::Rotating,
        };
        WalletRotation { wallet: label.to_owned(), label: label.to_owned(), version: 1, state }
    };
    ["Ethereum", "Polygon", "Base"].into_iter().enumerate().map(wallet).collect()
}

fn questions() -> Vec<Question> {
    vec![
        question("What was the name of your first school?", QuestionKind::Text, Some("red gate")),
        question("When did your parents get married?", QuestionKind::Date, Some("the summer one")),
    ]
}

fn catalogue() -> Vec<Question> {
    vec![
        question("What was the name of your first school?", QuestionKind::Text, None),
        question("What was your first pet called?", QuestionKind::Text, None),
        question("When did your parents get married?", QuestionKind::Date, None),
        question("What street did you grow up on?", QuestionKind::Text, None),
        question("What was your first concert?", QuestionKind::Text, None),
    ]
}

fn question(text: &str, kind: QuestionKind, hint: Option<&str>) -> Question {
    let id = repin_core::answers::question_id(kind, text);
    Question { id, text: text.to_owned(), kind, hint: hint.map(str::to_owned) }
}
