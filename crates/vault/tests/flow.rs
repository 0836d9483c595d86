//! The flow as a person meets it, without a gateway, a browser or a clock.
#![allow(clippy::unwrap_used, clippy::panic)]

use repin_core::answers::Unicode;
use repin_core::api::{Attempts, ChallengeType, CredentialKind, OpenReply, Question, QuestionKind};
use repin_core::credential::DEFAULT_KSF;
use repin_core::error::Code;
use repin_core::pin_policy::Weakness;
use repin_core::secret::SecretBytes;
use repin_core::wire;
use repin_vault::flow::{
    AnswersProblem, DeadEnd, Effect, Event, Failure, Flow, Input, Outcome, PinProblem, QuestionProblem, Screen,
    SessionInput, SessionTimes,
};

#[path = "flow/wallets.rs"]
mod wallets;
#[path = "flow/way_back.rs"]
mod way_back;

struct Ascii;

impl Unicode for Ascii {
    fn nfkc(&self, text: &str) -> String {
        text.to_owned()
    }

    fn is_ignored(&self, character: char) -> bool {
        !character.is_alphanumeric()
    }
}

fn secret(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

fn session() -> SessionInput {
    SessionInput {
        user_token: secret("token"),
        encryption_key: secret("key"),
        challenge_id: "c4d1da72-111e-4d52-bdbf-2e74a2d803d5".into(),
        app_id: None,
        api_base: String::new(),
        origin: "https://wallet.example".into(),
    }
}

fn question(id: &str, kind: QuestionKind) -> Question {
    Question { id: id.into(), text: format!("{id}?"), kind, hint: None }
}

fn opened(challenge_type: ChallengeType) -> OpenReply {
    OpenReply {
        challenge_type,
        app_id: "app".into(),
        user_id: "user".into(),
        questions: vec![question("school", QuestionKind::Text), question("wedding", QuestionKind::Date)],
        catalogue: vec![
            question("school", QuestionKind::Text),
            question("pet", QuestionKind::Text),
            question("wedding", QuestionKind::Date),
        ],
        required_questions: 2,
        pin_length: 6,
        prove_ksf: Some(DEFAULT_KSF),
        register_ksf: DEFAULT_KSF,
        attempts: Some(Attempts { left: 3, locked_until: None }),
        answer_rule: 1,
        session_expires_at: 3_600_000,
        challenge_expires_at: 7_200_000,
        server_time: 1_000,
        can_recover: true,
    }
}

/// A flow that has been opened.
fn flow(challenge_type: ChallengeType) -> Flow {
    let mut flow = Flow::default();
    assert!(matches!(flow.say(Event::Start(session())), Some(Effect::Open(_))));
    assert_eq!(flow.view().screen, Screen::Loading);
    assert!(flow.hear(Outcome::Opened(Box::new(opened(challenge_type)))).is_none());
    flow
}

/// A RESTORE_PIN flow whose answers were right.
fn recovering() -> Flow {
    let mut flow = flow(ChallengeType::RestorePin);
    let answers = vec![secret("St. Mary"), secret("19880327")];
    assert!(matches!(flow.say(Event::SubmitAnswers(answers)), Some(Effect::Prove(_))));
    assert!(flow.hear(Outcome::Proved { stretching_ms: 400 }).is_none());
    flow
}

trait Drive {
    fn say(&mut self, event: Event) -> Option<Effect>;
    fn hear(&mut self, outcome: Outcome) -> Option<Effect>;
    fn pin(&mut self, pin: &str) -> Option<Effect>;
    fn new_pin_problem(&self) -> PinProblem;
}

impl Drive for Flow {
    fn say(&mut self, event: Event) -> Option<Effect> {
        self.update(Input::Event(event), &Ascii)
    }

    fn hear(&mut self, outcome: Outcome) -> Option<Effect> {
        self.update(Input::Outcome(outcome), &Ascii)
    }

    fn pin(&mut self, pin: &str) -> Option<Effect> {
        self.say(Event::SubmitPin(secret(pin)))
    }

    fn new_pin_problem(&self) -> PinProblem {
        match self.view().screen {
            Screen::NewPin { problem: Some(problem), .. } => problem,
            other => panic!("{other:?}"),
        }
    }
}

/// A refusal in clear, or a fault of the device.
fn failure(code: Code) -> Outcome {
    Outcome::Failed(Failure { code, attempts: None, server_time: 0, unsure: false })
}

/// A refusal in clear, after something that was not answered.
fn unanswered(code: Code) -> Outcome {
    Outcome::Failed(Failure { code, attempts: None, server_time: 0, unsure: true })
}

/// A refusal under seal.
fn sealed(code: Code) -> Outcome {
    Outcome::Failed(Failure { code, attempts: None, server_time: 1_000, unsure: false })
}

#[test]
fn recovery_goes_from_answers_to_a_new_pin_entered_twice() {
    let mut flow = flow(ChallengeType::RestorePin);
    assert!(matches!(flow.view().screen, Screen::Questions { problem: None, .. }));
    assert_eq!(flow.view().progress.map(|p| (p.step, p.of)), Some((1, 3)));

    let answers = vec![secret("St. Mary"), secret("19880327")];
    let Some(Effect::Prove(joined)) = flow.say(Event::SubmitAnswers(answers)) else { panic!() };
    assert_eq!(joined.expose_secret(), b"\0\x06school\0\x06stmary\0\x07wedding\0\x0819880327");
    assert!(flow.view().busy);
    flow.hear(Outcome::Proved { stretching_ms: 400 });
    assert!(matches!(flow.view().screen, Screen::NewPin { length: 6, problem: None, first: false }));

    assert!(flow.pin("493817").is_none());
    assert!(matches!(flow.view().screen, Screen::ConfirmPin { problem: None, .. }));
    assert!(flow.view().can_go_back);
    let Some(Effect::Commit(new)) = flow.pin("493817") else { panic!() };
    assert_eq!(new.pin.unwrap().expose_secret(), b"493817");
    assert!(new.answers.is_none());
    assert_eq!(
        flow.view().screen,
        Screen::Working { stretchings: 1, measured_ms: Some(400), challenge_type: ChallengeType::RestorePin }
    );
    flow.hear(Outcome::Committed);
    assert_eq!(flow.view().screen, Screen::Done { challenge_type: ChallengeType::RestorePin });
    assert!(flow.is_over());
}

#[test]
fn wrong_answers_say_what_is_left_and_never_which_one() {
    let mut flow = flow(ChallengeType::RestorePin);
    flow.say(Event::SubmitAnswers(vec![secret("a"), secret("19880327")]));
    let attempts = Attempts { left: 2, locked_until: None };
    flow.hear(Outcome::Wrong { attempts, server_time: 5 });
    let Screen::Questions { problem, .. } = flow.view().screen else { panic!() };
    assert_eq!(problem, Some(AnswersProblem::Wrong { attempts }));
    assert!(!flow.view().busy);
}

#[test]
fn an_empty_answer_or_a_short_pin_costs_no_try() {
    let mut questions = flow(ChallengeType::RestorePin);
    assert!(questions.say(Event::SubmitAnswers(vec![secret(" - "), secret("27 March")])).is_none());
    let Screen::Questions { problem, .. } = questions.view().screen else { panic!() };
    assert_eq!(problem, Some(AnswersProblem::Empty { indexes: vec![0, 1] }));

    let mut pin = flow(ChallengeType::ChangePin);
    assert!(pin.pin("49381").is_none());
    assert!(pin.pin("49381x").is_none());
    let Screen::CurrentPin { problem, .. } = pin.view().screen else { panic!() };
    assert_eq!(problem, Some(PinProblem::Length));
}

#[test]
fn the_third_wrong_try_locks_and_the_end_of_the_pause_opens_anew() {
    let mut flow = flow(ChallengeType::ChangePin);
    flow.pin("111111");
    let attempts = Attempts { left: 0, locked_until: Some(1_800_000) };
    flow.hear(Outcome::Wrong { attempts, server_time: 7 });
    let expected = Screen::Locked { kind: CredentialKind::Pin, until: 1_800_000, server_time: 7, can_recover: true };
    assert_eq!(flow.view().screen, expected);
    assert!(matches!(flow.say(Event::Retry), Some(Effect::Reopen)));
    flow.hear(Outcome::Opened(Box::new(opened(ChallengeType::ChangePin))));
    assert!(matches!(flow.view().screen, Screen::CurrentPin { .. }));
}

#[test]
fn a_lock_is_shown_again_after_a_reload() {
    let mut flow = Flow::default();
    flow.say(Event::Start(session()));
    let attempts = Some(Attempts { left: 0, locked_until: Some(9_000) });
    flow.hear(Outcome::Opened(Box::new(OpenReply { attempts, ..opened(ChallengeType::RestorePin) })));
    assert!(matches!(
        flow.view().screen,
        Screen::Locked { kind: CredentialKind::Answers, until: 9_000, server_time: 1_000, can_recover: false }
    ));
}

#[test]
fn a_hundred_wrong_tries_end_in_words_and_not_in_a_countdown() {
    let mut flow = flow(ChallengeType::RestorePin);
    flow.say(Event::SubmitAnswers(vec![secret("a"), secret("19880327")]));
    flow.hear(Outcome::Wrong { attempts: Attempts { left: 0, locked_until: None }, server_time: 7 });
    assert_eq!(flow.view().screen, Screen::CannotRecover { reason: DeadEnd::Disabled });
}

#[test]
fn a_weak_a_current_and_a_remembered_date_pin_are_refused_with_the_reason() {
    let mut flow = recovering();
    flow.pin("777777");
    assert_eq!(flow.new_pin_problem(), PinProblem::Weak { weakness: Weakness::Repeated });
    flow.pin("270388");
    assert_eq!(flow.new_pin_problem(), PinProblem::InDateAnswer);
    flow.pin("4938");
    assert_eq!(flow.new_pin_problem(), PinProblem::Length);

    let mut flow = self::flow(ChallengeType::ChangePin);
    flow.pin("493817");
    flow.hear(Outcome::Proved { stretching_ms: 1 });
    flow.pin("493817");
    assert_eq!(flow.new_pin_problem(), PinProblem::SameAsCurrent);
}

#[test]
fn a_mismatch_keeps_the_first_pin_and_another_can_be_chosen() {
    let mut flow = recovering();
    flow.pin("493817");
    assert!(flow.pin("493818").is_none());
    assert!(matches!(flow.view().screen, Screen::ConfirmPin { problem: Some(PinProblem::Mismatch), .. }));
    flow.say(Event::ChooseDifferentPin);
    assert!(matches!(flow.view().screen, Screen::NewPin { problem: None, .. }));
    flow.pin("730562");
    assert!(matches!(flow.pin("730562"), Some(Effect::Commit(_))));
}

/// INITIALIZE up to the choice of questions.
fn enrolling() -> Flow {
    let mut flow = flow(ChallengeType::Initialize);
    flow.pin("493817");
    flow.pin("493817");
    assert_eq!(flow.view().screen, Screen::QuestionsIntro { required: 2 });
    flow.say(Event::Continue);
    flow
}

fn choose(flow: &mut Flow, index: u8, answer: &str, hint: &str) {
    flow.say(Event::SubmitQuestion { index, answer: secret(answer), hint: hint.into() });
}

fn question_problem(flow: &Flow) -> Option<QuestionProblem> {
    match flow.view().screen {
        Screen::ChooseQuestion { problem, .. } => problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn enrolment_commits_pin_and_answers_together() {
    let mut flow = enrolling();
    choose(&mut flow, 1, "Rex", "the brown one");
    assert!(matches!(flow.view().screen, Screen::ChooseQuestion { number: 2, ref taken, .. } if *taken == [1]));
    choose(&mut flow, 2, "19880327", "");
    let Screen::Summary { questions } = flow.view().screen else { panic!() };
    assert_eq!(questions[0].hint.as_deref(), Some("the brown one"));
    assert_eq!(questions[1].hint, None);
    flow.say(Event::Continue);
    assert_eq!(flow.view().progress.map(|p| (p.step, p.of)), Some((7, 7)));
    let Some(Effect::Commit(new)) = flow.say(Event::Agree) else { panic!() };
    assert_eq!(new.answers.unwrap().expose_secret(), b"\0\x03pet\0\x03rex\0\x07wedding\0\x0819880327");
    assert_eq!(new.pin.unwrap().expose_secret(), b"493817");
    assert_eq!(new.questions.len(), 2);
    assert_eq!(
        flow.view().screen,
        Screen::Working { stretchings: 2, measured_ms: None, challenge_type: ChallengeType::Initialize }
    );
}

#[test]
fn going_back_brings_the_question_and_the_hint_and_never_the_answer() {
    let mut flow = enrolling();
    choose(&mut flow, 1, "Rex", " the brown one ");
    let chosen = |flow: &Flow| match flow.view().screen {
        Screen::ChooseQuestion { number, chosen, hint, .. } => (number, chosen, hint),
        other => panic!("{other:?}"),
    };
    assert_eq!(chosen(&flow), (2, None, String::new()));
    flow.say(Event::Back);
    assert_eq!(chosen(&flow), (1, Some(1), "the brown one".to_owned()));
    assert!(!wire::to_bytes(&flow.view()).windows(3).any(|part| part.eq_ignore_ascii_case(b"rex")));
    // A slot filled anew forgets the old hint.
    choose(&mut flow, 1, "Rex", "");
    flow.say(Event::Back);
    assert_eq!(chosen(&flow), (1, Some(1), String::new()));
    choose(&mut flow, 1, "Rex", "");
    choose(&mut flow, 2, "19880327", "in spring");
    flow.say(Event::Back);
    assert_eq!(chosen(&flow), (2, Some(2), "in spring".to_owned()));
}

#[test]
fn a_question_is_refused_when_taken_empty_or_given_away_by_its_hint() {
    let mut flow = enrolling();
    let problem = question_problem;
    choose(&mut flow, 1, " ", "");
    assert_eq!(problem(&flow), Some(QuestionProblem::EmptyAnswer));
    choose(&mut flow, 1, "Red Gate", "it is the RED-gate!");
    assert_eq!(problem(&flow), Some(QuestionProblem::HintIsAnswer));
    choose(&mut flow, 9, "Rex", "");
    assert_eq!(problem(&flow), Some(QuestionProblem::NoQuestion));
    choose(&mut flow, 1, "Rex", &"x".repeat(101));
    assert_eq!(problem(&flow), Some(QuestionProblem::HintTooLong));
    choose(&mut flow, 1, &"x".repeat(257), "");
    assert_eq!(problem(&flow), Some(QuestionProblem::AnswerTooLong));
    choose(&mut flow, 1, "Rex", "a dog");
    choose(&mut flow, 1, "Rex", "a dog");
    assert_eq!(problem(&flow), Some(QuestionProblem::NoQuestion));
}

/// Within the characters that a hint may have, and beyond the bytes that can be compared.
#[test]
fn a_hint_that_is_too_long_to_be_compared_is_refused_and_not_taken_unseen() {
    for filler in ["火", "ก", "क"] {
        let mut flow = enrolling();
        choose(&mut flow, 1, "Philomena", &["Philomena", &filler.repeat(83)].concat());
        assert_eq!(question_problem(&flow), Some(QuestionProblem::HintTooLong), "{filler}");
        choose(&mut flow, 1, "Philomena", &["Philomena", &filler.repeat(82)].concat());
        assert_eq!(question_problem(&flow), Some(QuestionProblem::HintIsAnswer), "{filler}");
        choose(&mut flow, 1, "Philomena", &filler.repeat(85));
        assert!(matches!(flow.view().screen, Screen::ChooseQuestion { number: 2, .. }), "{filler}");
    }
}

#[test]
fn a_date_is_given_away_by_its_digits_in_any_usual_order_whatever_stands_between_them() {
    let hints = [
        "19880327",
        "1988-03-27",
        "27.03.1988",
        "27/3/1988",
        "3/27/1988",
        "03-27-88",
        "27. 3. 88",
        "880327",
        "it was 27 / 03 / 1988!",
        "1988年3月27日",
        "yymmdd: 88 03 27",
    ];
    for hint in hints {
        let mut flow = enrolling();
        choose(&mut flow, 2, "19880327", hint);
        assert_eq!(question_problem(&flow), Some(QuestionProblem::HintIsAnswer), "{hint}");
    }
    // Part of a date is no answer, another date is another, and names of months are not looked for.
    for hint in ["", "in spring", "27.3.", "1988", "28.03.1988", "room 27, floor 3", "27 March 1988"] {
        let mut flow = enrolling();
        choose(&mut flow, 2, "19880327", hint);
        assert_eq!(question_problem(&flow), None, "{hint}");
    }
    // The digits of a date are nothing to a question that asks for words.
    let mut flow = enrolling();
    choose(&mut flow, 1, "Rex", "27.03.1988");
    assert_eq!(question_problem(&flow), None);
}

#[test]
fn questions_can_be_set_later_by_proving_the_pin() {
    let mut flow = flow(ChallengeType::SetSecurityQuestions);
    assert!(matches!(flow.view().screen, Screen::CurrentPin { .. }));
    flow.pin("493817");
    flow.hear(Outcome::Proved { stretching_ms: 1 });
    assert_eq!(flow.view().screen, Screen::QuestionsIntro { required: 2 });
    assert_eq!(flow.view().progress.map(|p| (p.step, p.of)), Some((2, 6)));
}

/// INITIALIZE up to the introduction, for a host with questions of its own.
fn offered(questions: &[(&str, QuestionKind)], required: u8) -> Flow {
    let own = |(text, kind): &(&str, QuestionKind)| Question {
        id: String::new(),
        text: (*text).into(),
        kind: *kind,
        hint: None,
    };
    let mut flow = Flow::default();
    assert!(flow.say(Event::Offer { questions: questions.iter().map(own).collect(), required }).is_none());
    flow.say(Event::Start(session()));
    flow.hear(Outcome::Opened(Box::new(opened(ChallengeType::Initialize))));
    flow.pin("493817");
    flow.pin("493817");
    flow
}

fn catalogue(flow: &mut Flow) -> (Vec<String>, u8) {
    flow.say(Event::Continue);
    let Screen::ChooseQuestion { catalogue, required, .. } = flow.view().screen else { panic!() };
    (catalogue.into_iter().map(|question| question.text).collect(), required)
}

const OWN: [(&str, QuestionKind); 3] = [
    ("Where did we meet?", QuestionKind::Text),
    ("When did we meet?", QuestionKind::Date),
    ("Who was there?", QuestionKind::Text),
];

#[test]
fn a_host_s_questions_are_chosen_from_and_kept_with_ids_of_their_own() {
    let mut flow = offered(&OWN, 3);
    assert_eq!(flow.view().screen, Screen::QuestionsIntro { required: 3 });
    assert_eq!(catalogue(&mut flow), (OWN.map(|(text, _)| text.to_owned()).to_vec(), 3));
    choose(&mut flow, 0, "Zanzibar", "");
    choose(&mut flow, 1, "a word", "");
    assert!(matches!(
        flow.view().screen,
        Screen::ChooseQuestion { number: 2, problem: Some(QuestionProblem::EmptyAnswer), .. }
    ));
    choose(&mut flow, 1, "20010203", "");
    choose(&mut flow, 2, "Philomena", "");
    flow.say(Event::Continue);
    let Some(Effect::Commit(new)) = flow.say(Event::Agree) else { panic!() };
    assert_eq!(new.questions.iter().map(|question| question.text.as_str()).collect::<Vec<_>>(), OWN.map(|own| own.0));
    assert_eq!(new.questions.iter().map(|question| question.kind).collect::<Vec<_>>(), OWN.map(|own| own.1));
    let ids = new.questions.iter().map(|question| question.id.as_str()).collect::<Vec<_>>();
    assert_eq!(ids[0], "own-SJ6TxLclp68PG3r3PVeYHw");
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
    // What recovery joins by is what is stored, so it needs no offer.
    let joined = new.answers.unwrap();
    assert!(joined.expose_secret().starts_with(&[b"\0\x1a", ids[0].as_bytes(), b"\0\x08zanzibar"].concat()));
}

#[test]
fn a_host_may_ask_for_more_questions_than_the_gateway_and_never_for_fewer() {
    for (questions, required, expected) in [(&OWN[..], 1, 2), (&OWN[..], 0, 2), (&OWN[..2], 2, 2), (&OWN[..], 3, 3)] {
        let (texts, chosen) = catalogue(&mut offered(questions, required));
        assert_eq!((texts.len(), chosen), (questions.len(), expected), "{required} of {}", questions.len());
    }
}

#[test]
fn an_offer_with_too_few_questions_leaves_the_gateways() {
    for (questions, required, expected) in [(&OWN[..1], 1, 2), (&OWN[..2], 3, 3), (&[][..], 3, 3), (&[][..], 200, 2)] {
        let (texts, chosen) = catalogue(&mut offered(questions, required));
        assert_eq!((texts[0].as_str(), chosen), ("school?", expected), "{required} of {}", questions.len());
    }
}

#[test]
fn an_offer_changes_nothing_where_no_answers_are_set() {
    let mut flow = Flow::default();
    let questions = vec![question("own", QuestionKind::Text); 3];
    flow.say(Event::Offer { questions, required: 3 });
    flow.say(Event::Start(session()));
    let mut reply = opened(ChallengeType::RestorePin);
    reply.catalogue.clear();
    flow.hear(Outcome::Opened(Box::new(reply)));
    let Screen::Questions { questions, .. } = flow.view().screen else { panic!() };
    assert_eq!(questions[0].text, "school?");
}

#[test]
fn the_first_pin_is_told_from_a_new_one() {
    let first = |flow: &Flow| match flow.view().screen {
        Screen::NewPin { first, .. } | Screen::ConfirmPin { first, .. } => first,
        other => panic!("{other:?}"),
    };
    for challenge_type in [ChallengeType::Initialize, ChallengeType::SetPin] {
        let mut flow = flow(challenge_type);
        assert!(first(&flow));
        flow.pin("493817");
        assert!(first(&flow));
    }
    let mut flow = recovering();
    assert!(!first(&flow));
    flow.pin("493817");
    assert!(!first(&flow));
}

#[test]
fn what_does_not_fit_the_state_changes_nothing() {
    let events = || {
        vec![
            Event::SubmitAnswers(vec![]),
            Event::ChooseDifferentPin,
            Event::CannotRemember,
            Event::Back,
            Event::Continue,
            Event::Agree,
            Event::Retry,
            Event::Start(session()),
            Event::Offer { questions: vec![question("own", QuestionKind::Text)], required: 1 },
            Event::SubmitQuestion { index: 0, answer: secret("a"), hint: String::new() },
        ]
    };
    let mut flow = flow(ChallengeType::ChangePin);
    let before = flow.view();
    for event in events() {
        assert!(flow.say(event).is_none());
        assert_eq!(flow.view(), before);
    }
    let mut flow = recovering();
    let before = flow.view();
    for event in events() {
        assert!(flow.say(event).is_none());
        assert_eq!(flow.view(), before);
    }
}

#[test]
fn forgetting_leads_out_or_back_and_costs_nothing() {
    let mut pin = flow(ChallengeType::ChangePin);
    assert!(matches!(pin.say(Event::ForgotPin), Some(Effect::Cancel)));
    assert_eq!(pin.view().screen, Screen::HandedOver);

    let mut answers = flow(ChallengeType::RestorePin);
    answers.say(Event::CannotRemember);
    assert_eq!(answers.view().screen, Screen::CannotRecover { reason: DeadEnd::CannotRemember });
    answers.say(Event::Back);
    assert!(matches!(answers.view().screen, Screen::Questions { .. }));
}

#[test]
fn without_answers_there_is_no_forgot_pin() {
    let mut flow = Flow::default();
    flow.say(Event::Start(session()));
    flow.hear(Outcome::Opened(Box::new(OpenReply { can_recover: false, ..opened(ChallengeType::ChangePin) })));
    assert!(matches!(flow.view().screen, Screen::CurrentPin { can_recover: false, .. }));
    assert!(flow.say(Event::ForgotPin).is_none());
    assert!(!flow.is_over());
}

#[test]
fn a_failed_commit_keeps_the_new_pin_for_another_try() {
    let mut flow = recovering();
    flow.pin("493817");
    flow.pin("493817");
    flow.hear(failure(Code::EncryptionFailed));
    assert_eq!(flow.view().screen, Screen::Failed { code: 155707, retryable: true });
    let Some(Effect::Commit(new)) = flow.say(Event::Retry) else { panic!() };
    assert_eq!(new.pin.unwrap().expose_secret(), b"493817");
}

#[test]
fn a_lock_that_is_only_claimed_in_clear_is_not_believed() {
    let mut flow = flow(ChallengeType::ChangePin);
    flow.pin("111111");
    flow.hear(failure(Code::UserPinLocked));
    assert_eq!(flow.view().screen, Screen::Failed { code: 155119, retryable: false });
}

#[test]
fn whoever_comes_back_reads_how_many_tries_are_left() {
    let opened_with = |kind, left| {
        let mut flow = Flow::default();
        flow.say(Event::Start(session()));
        let attempts = Some(Attempts { left, locked_until: None });
        flow.hear(Outcome::Opened(Box::new(OpenReply { attempts, ..opened(kind) })));
        flow.view().screen
    };
    let attempts = Attempts { left: 1, locked_until: None };
    let Screen::Questions { problem, .. } = opened_with(ChallengeType::RestorePin, 1) else { panic!() };
    assert_eq!(problem, Some(AnswersProblem::Left { attempts }));
    let Screen::CurrentPin { problem, .. } = opened_with(ChallengeType::ChangePin, 1) else { panic!() };
    assert_eq!(problem, Some(PinProblem::Left { attempts }));
    let Screen::CurrentPin { problem, .. } = opened_with(ChallengeType::ChangePin, 3) else { panic!() };
    assert_eq!(problem, None);
}

#[test]
fn an_ended_session_is_said_calmly_and_a_refused_challenge_with_its_code() {
    let mut expired = flow(ChallengeType::RestorePin);
    expired.say(Event::SessionEnded);
    assert_eq!(expired.view().screen, Screen::Expired { unsure: false });

    let mut unknown = Flow::default();
    unknown.say(Event::Start(session()));
    unknown.hear(failure(Code::InvalidChallengeId));
    assert_eq!(unknown.view().screen, Screen::Failed { code: 155116, retryable: false });
    assert!(unknown.is_over());
}

/// A reply may be lost for as long as the session lasts: then only a refusal of the token comes.
#[test]
fn a_session_that_ends_while_something_counts_does_not_say_that_nothing_was_changed() {
    let mut proving = flow(ChallengeType::RestorePin);
    proving.say(Event::SubmitAnswers(vec![secret("a"), secret("19880327")]));
    proving.hear(unanswered(Code::UserTokenExpired));
    assert_eq!(proving.view().screen, Screen::Expired { unsure: true });

    // What was refused before anything was lost is not unsure.
    let mut refused = flow(ChallengeType::RestorePin);
    refused.say(Event::SubmitAnswers(vec![secret("a"), secret("19880327")]));
    refused.hear(failure(Code::UserTokenExpired));
    assert_eq!(refused.view().screen, Screen::Expired { unsure: false });

    let mut committing = recovering();
    committing.pin("493817");
    committing.pin("493817");
    committing.say(Event::SessionEnded);
    assert_eq!(committing.view().screen, Screen::Expired { unsure: true });
}

#[test]
fn a_renewed_session_changes_the_times_and_nothing_else() {
    let mut flow = recovering();
    flow.pin("493817");
    let before = flow.view();
    assert!(matches!(flow.say(Event::Renew(session())), Some(Effect::Renew(_))));
    let times = SessionTimes { expires_at: 9_000_000, server_time: 3_000_000 };
    flow.hear(Outcome::Renewed(times));
    assert_eq!(flow.view().session, Some(times));
    assert_eq!(flow.view().screen, before.screen);
    assert!(matches!(flow.pin("493817"), Some(Effect::Commit(_))), "the first entry is still known");
}

#[test]
fn cancelling_ends_everything_from_anywhere() {
    let mut fresh = Flow::default();
    assert!(fresh.say(Event::Cancel).is_none());
    assert_eq!(fresh.view().screen, Screen::Cancelled);

    let mut flow = recovering();
    assert!(matches!(flow.say(Event::Cancel), Some(Effect::Cancel)));
    assert!(flow.is_over());
    assert!(flow.hear(Outcome::Committed).is_none());
    assert_eq!(flow.view().screen, Screen::Cancelled);
}
