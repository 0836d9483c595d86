//! What the stand-in says a gateway knows about the person.

use repin_core::api::{ChallengeType, OpenReply, Question, QuestionKind, UnixMs};
use repin_core::credential::DEFAULT_KSF;

use crate::{Scenario, Script};

/// The first reply of a gateway to a person who has three tries.
pub(crate) fn opened(script: &Script, now: UnixMs) -> OpenReply {
    let sets_answers = matches!(script.flow, ChallengeType::Initialize | ChallengeType::SetSecurityQuestions);
    OpenReply {
        challenge_type: script.flow,
        app_id: "mock-app".into(),
        user_id: "mock-user".into(),
        questions: if script.flow == ChallengeType::RestorePin { questions() } else { Vec::new() },
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
        can_recover: script.flow == ChallengeType::ChangePin && script.scenario != Scenario::NoQuestions,
    }
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
