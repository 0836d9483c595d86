//! Ways back that need an e-mail address: which one, the address, the code; and the way back by them.

use repin_core::api::SendCodeReply;
use repin_vault::flow::{CodeProblem, Way};

use super::*;

fn sent() -> SendCodeReply {
    SendCodeReply {
        address: "m…@e….org".into(),
        code_length: 8,
        ksf: DEFAULT_KSF,
        attempts: Attempts { left: 3, locked_until: None },
        expires_at: 601_000,
        resend_at: 61_000,
        server_time: 1_000,
    }
}

fn code(flow: &mut Flow, code: &str) -> Option<Effect> {
    flow.say(Event::SubmitCode(secret(code)))
}

fn step(flow: &Flow) -> Option<(u8, u8)> {
    flow.view().progress.map(|progress| (progress.step, progress.of))
}

/// SET_RECOVERY after the PIN's proof, for a host that leaves these ways.
fn choosing(ways: &[Way]) -> Flow {
    let mut flow = Flow::default();
    flow.say(Event::Ways(ways.to_vec()));
    flow.say(Event::Start(session()));
    flow.hear(Outcome::Opened(Box::new(opened(ChallengeType::SetRecovery))));
    flow.pin("493817");
    flow.hear(Outcome::Proved { stretching_ms: 1 });
    flow
}

/// A restore that begins with a code, up to the new PIN's COMMIT.
fn committing(kind: ChallengeType) -> Flow {
    let mut flow = restoring(kind);
    code(&mut flow, "40718265");
    flow.hear(Outcome::Proved { stretching_ms: 2 });
    if kind == ChallengeType::RestorePinByBoth {
        flow.say(Event::SubmitAnswers(vec![secret("St. Mary"), secret("19880327")]));
        flow.hear(Outcome::Proved { stretching_ms: 2 });
    }
    flow.pin("493817");
    flow.pin("493817");
    flow
}

fn email(flow: &mut Flow, address: &str) -> Option<Effect> {
    flow.say(Event::SubmitEmail { address: address.into() })
}

#[test]
fn a_way_back_by_code_goes_from_the_pin_to_an_address_that_was_proved() {
    let mut flow = choosing(&[]);
    assert_eq!(flow.view().screen, Screen::Ways { ways: vec![Way::Questions, Way::Email, Way::Both] });
    assert_eq!(step(&flow), None, "how long it is depends on the way");
    flow.say(Event::ChooseWay { way: Way::Email });
    assert_eq!(flow.view().screen, Screen::Email { address: String::new(), is_wrong: false, is_alone: true });
    assert_eq!(step(&flow), Some((3, 4)));

    let Some(Effect::SendCode { address, with_answers }) = email(&mut flow, " maria@example.org ") else { panic!() };
    assert_eq!((address.as_deref(), with_answers), (Some("maria@example.org"), false));
    assert!(flow.view().busy && matches!(flow.view().screen, Screen::Email { .. }));
    flow.hear(Outcome::CodeSent(Box::new(sent())));
    let Screen::Code { length: 8, address, problem: None, expires_at: 601_000, resend_at: 61_000, .. } =
        flow.view().screen
    else {
        panic!("{:?}", flow.view().screen)
    };
    assert_eq!(address, "maria@example.org", "as typed, so that a slip is seen");
    assert_eq!(step(&flow), Some((4, 4)));

    let Some(Effect::ProveCode(proved)) = code(&mut flow, "40718265") else { panic!() };
    assert_eq!(proved.expose_secret(), b"40718265");
    assert!(flow.view().busy);
    assert!(matches!(flow.hear(Outcome::Proved { stretching_ms: 2 }), Some(Effect::SetEmail)));
    assert!(flow.view().busy);
    flow.hear(Outcome::Committed);
    assert_eq!(flow.view().screen, Screen::Done { challenge_type: ChallengeType::SetRecovery });
}

#[test]
fn code_and_answers_together_are_one_way_and_committed_as_answers() {
    let mut flow = choosing(&[]);
    flow.say(Event::ChooseWay { way: Way::Both });
    assert!(matches!(flow.view().screen, Screen::Email { is_alone: false, .. }));
    let Some(Effect::SendCode { with_answers: true, .. }) = email(&mut flow, "maria@example.org") else { panic!() };
    flow.hear(Outcome::CodeSent(Box::new(sent())));
    code(&mut flow, "40718265");
    assert!(flow.hear(Outcome::Proved { stretching_ms: 2 }).is_none());
    assert_eq!(flow.view().screen, Screen::QuestionsIntro { required: 2 });
    assert!(!flow.view().can_go_back, "a code is good once");
    assert_eq!(step(&flow), Some((5, 9)));
    flow.say(Event::Continue);
    choose(&mut flow, 1, "Rex", "");
    choose(&mut flow, 2, "19880327", "");
    flow.say(Event::Continue);
    assert_eq!(step(&flow), Some((9, 9)));
    let Some(Effect::Commit(new)) = flow.say(Event::Agree) else { panic!() };
    assert!(new.answers.is_some() && new.pin.is_none());
}

#[test]
fn questions_alone_need_no_address_and_another_way_can_be_chosen() {
    let mut flow = choosing(&[]);
    flow.say(Event::ChooseWay { way: Way::Questions });
    assert_eq!(flow.view().screen, Screen::QuestionsIntro { required: 2 });
    assert_eq!((step(&flow), flow.view().can_go_back), (Some((3, 7)), true));
    flow.say(Event::Back);
    flow.say(Event::ChooseWay { way: Way::Email });
    flow.say(Event::Back);
    assert!(matches!(flow.view().screen, Screen::Ways { .. }));
}

#[test]
fn a_host_may_leave_one_way_and_nothing_is_chosen_then() {
    let mut flow = choosing(&[Way::Email]);
    assert!(matches!(flow.view().screen, Screen::Email { is_alone: true, .. }));
    assert_eq!((step(&flow), flow.view().can_go_back), (Some((2, 3)), false));
    flow.say(Event::Back);
    assert!(matches!(flow.view().screen, Screen::Email { .. }));

    assert_eq!(choosing(&[Way::Questions]).view().screen, Screen::QuestionsIntro { required: 2 });
    let two = choosing(&[Way::Both, Way::Questions]);
    assert_eq!(two.view().screen, Screen::Ways { ways: vec![Way::Questions, Way::Both] });
    let mut two = two;
    two.say(Event::ChooseWay { way: Way::Email });
    assert!(matches!(two.view().screen, Screen::Ways { .. }), "what is not offered cannot be chosen");
}

#[test]
fn without_questions_to_choose_the_code_is_the_only_way_whatever_a_host_says() {
    let mut flow = Flow::default();
    flow.say(Event::Ways(vec![Way::Questions]));
    flow.say(Event::Start(session()));
    let catalogue = Vec::new();
    flow.hear(Outcome::Opened(Box::new(OpenReply { catalogue, ..opened(ChallengeType::SetRecovery) })));
    flow.pin("493817");
    flow.hear(Outcome::Proved { stretching_ms: 1 });
    assert!(matches!(flow.view().screen, Screen::Email { is_alone: true, .. }));
}

#[test]
fn a_wrong_address_is_said_at_once_or_changed_when_the_code_does_not_come() {
    let mut flow = choosing(&[Way::Email]);
    assert!(email(&mut flow, "maria@example").is_none());
    let is_wrong = Screen::Email { address: "maria@example".into(), is_wrong: true, is_alone: true };
    assert_eq!(flow.view().screen, is_wrong);
    email(&mut flow, "maria@exmaple.org");
    flow.hear(Outcome::CodeSent(Box::new(sent())));
    assert!(flow.view().can_go_back);
    flow.say(Event::Back);
    let typed = Screen::Email { address: "maria@exmaple.org".into(), is_wrong: false, is_alone: true };
    assert_eq!(flow.view().screen, typed);
    let Some(Effect::SendCode { address, .. }) = email(&mut flow, "maria@example.org") else { panic!() };
    assert_eq!(address.as_deref(), Some("maria@example.org"));
    assert!(matches!(flow.view().screen, Screen::Email { .. }), "the code before it is good for nothing");
}

/// A restore by code whose code was sent.
fn restoring(challenge_type: ChallengeType) -> Flow {
    let mut flow = flow(challenge_type);
    assert_eq!((flow.view().screen, step(&flow).unwrap().0), (Screen::SendCode, 1));
    let Some(Effect::SendCode { address: None, with_answers: false }) = flow.say(Event::SendCode) else { panic!() };
    assert!(flow.view().busy && flow.view().screen == Screen::SendCode);
    flow.hear(Outcome::CodeSent(Box::new(sent())));
    flow
}

#[test]
fn a_restore_by_code_goes_from_the_code_to_a_new_pin() {
    let mut flow = restoring(ChallengeType::RestorePinByCode);
    assert!(matches!(flow.view().screen, Screen::Code { ref address, .. } if address == "m…@e….org"));
    assert_eq!((step(&flow), flow.view().can_go_back), (Some((2, 4)), false));
    code(&mut flow, "40718265");
    assert!(flow.hear(Outcome::Proved { stretching_ms: 2 }).is_none());
    assert!(matches!(flow.view().screen, Screen::NewPin { first: false, .. }));
    assert_eq!(step(&flow), Some((3, 4)));
    flow.pin("493817");
    let Some(Effect::Commit(new)) = flow.pin("493817") else { panic!() };
    assert!(new.pin.is_some() && new.answers.is_none());
    flow.hear(Outcome::Committed);
    assert_eq!(flow.view().screen, Screen::Done { challenge_type: ChallengeType::RestorePinByCode });
}

#[test]
fn a_restore_by_both_asks_for_the_answers_once_the_code_was_right() {
    let mut flow = restoring(ChallengeType::RestorePinByBoth);
    assert!(flow.say(Event::SubmitAnswers(vec![secret("St. Mary"), secret("19880327")])).is_none());
    code(&mut flow, "40718265");
    flow.hear(Outcome::Proved { stretching_ms: 2 });
    assert!(matches!(flow.view().screen, Screen::Questions { problem: None, .. }));
    assert_eq!(step(&flow), Some((3, 5)));
    let answers = vec![secret("St. Mary"), secret("19880327")];
    assert!(matches!(flow.say(Event::SubmitAnswers(answers)), Some(Effect::Prove(_))));
    flow.hear(Outcome::Proved { stretching_ms: 400 });
    assert_eq!(step(&flow), Some((4, 5)));
    flow.pin("270388");
    assert_eq!(flow.new_pin_problem(), PinProblem::InDateAnswer);
}

#[test]
fn three_wrong_answers_after_a_right_code_lock_the_answers() {
    let mut flow = restoring(ChallengeType::RestorePinByBoth);
    code(&mut flow, "40718265");
    flow.hear(Outcome::Proved { stretching_ms: 2 });
    flow.say(Event::SubmitAnswers(vec![secret("a"), secret("19880327")]));
    flow.hear(Outcome::Wrong { attempts: Attempts { left: 0, locked_until: Some(9_000) }, server_time: 7 });
    let expected = Screen::Locked { kind: CredentialKind::Answers, until: 9_000, server_time: 7, can_recover: false };
    assert_eq!(flow.view().screen, expected);
    // The pause is over: a new run, which begins with a new code.
    flow.say(Event::Retry);
    flow.hear(Outcome::Opened(Box::new(opened(ChallengeType::RestorePinByBoth))));
    assert_eq!(flow.view().screen, Screen::SendCode);
}

#[test]
fn a_wrong_code_says_what_is_left_and_the_third_locks() {
    let mut flow = restoring(ChallengeType::RestorePinByCode);
    assert!(code(&mut flow, "4071826").is_none());
    assert!(matches!(flow.view().screen, Screen::Code { problem: Some(CodeProblem::Length), .. }));
    assert!(code(&mut flow, "4071826x").is_none(), "letters cost no try");
    code(&mut flow, "40718266");
    let attempts = Attempts { left: 2, locked_until: None };
    flow.hear(Outcome::Wrong { attempts, server_time: 5 });
    let wrong = Some(CodeProblem::Wrong { attempts });
    assert!(matches!(flow.view().screen, Screen::Code { problem, .. } if problem == wrong));
    code(&mut flow, "40718267");
    flow.hear(Outcome::Wrong { attempts: Attempts { left: 0, locked_until: Some(9_000) }, server_time: 7 });
    let expected = Screen::Locked { kind: CredentialKind::Code, until: 9_000, server_time: 7, can_recover: false };
    assert_eq!(flow.view().screen, expected);
}

#[test]
fn a_locked_code_offers_no_forgotten_pin_to_somebody_who_has_just_proved_it() {
    let mut flow = choosing(&[Way::Email]);
    email(&mut flow, "maria@example.org");
    flow.hear(Outcome::CodeSent(Box::new(sent())));
    code(&mut flow, "40718266");
    flow.hear(Outcome::Wrong { attempts: Attempts { left: 0, locked_until: Some(9_000) }, server_time: 7 });
    assert!(matches!(flow.view().screen, Screen::Locked { kind: CredentialKind::Code, can_recover: false, .. }));
    assert!(flow.say(Event::ForgotPin).is_none());
    assert!(!flow.is_over());
}

#[test]
fn another_code_takes_the_place_of_the_last() {
    let mut flow = restoring(ChallengeType::RestorePinByCode);
    code(&mut flow, "40718266");
    flow.hear(Outcome::Wrong { attempts: Attempts { left: 2, locked_until: None }, server_time: 5 });
    assert!(matches!(flow.say(Event::SendCode), Some(Effect::SendCode { address: None, .. })));
    assert!(flow.view().busy && matches!(flow.view().screen, Screen::Code { problem: None, .. }));
    flow.hear(Outcome::CodeSent(Box::new(SendCodeReply { expires_at: 999_000, ..sent() })));
    assert!(matches!(flow.view().screen, Screen::Code { expires_at: 999_000, problem: None, .. }));
}

#[test]
fn sending_that_failed_is_tried_again_as_it_was() {
    let mut flow = choosing(&[Way::Both]);
    email(&mut flow, "maria@example.org");
    flow.hear(failure(Code::Unknown));
    assert_eq!(flow.view().screen, Screen::Failed { code: -1, retryable: true });
    let Some(Effect::SendCode { address, with_answers: true }) = flow.say(Event::Retry) else { panic!() };
    assert_eq!(address.as_deref(), Some("maria@example.org"));
}

#[test]
fn a_gateway_that_sends_senseless_codes_is_left_alone() {
    let mut flow = restoring(ChallengeType::RestorePinByCode);
    flow.say(Event::SendCode);
    flow.hear(Outcome::CodeSent(Box::new(SendCodeReply { code_length: 0, ..sent() })));
    assert_eq!(flow.view().screen, Screen::Failed { code: -1, retryable: false });
}

#[test]
fn what_a_gateway_says_of_a_code_is_told_where_it_helps() {
    let mut late = restoring(ChallengeType::RestorePinByCode);
    code(&mut late, "40718265");
    late.hear(failure(Code::UserOtpTokenExpired));
    assert!(matches!(late.view().screen, Screen::Code { problem: Some(CodeProblem::Expired), .. }));
    assert!(matches!(late.say(Event::SendCode), Some(Effect::SendCode { .. })));

    let mut refused = choosing(&[Way::Email]);
    email(&mut refused, "maria@example.org");
    refused.hear(failure(Code::UserEmailInvalid));
    assert!(matches!(refused.view().screen, Screen::Email { is_wrong: true, .. }));

    let mut unsent = restoring(ChallengeType::RestorePinByCode);
    unsent.say(Event::SendCode);
    unsent.hear(failure(Code::EmailSendingFailed));
    assert_eq!(unsent.view().screen, Screen::Failed { code: 155138, retryable: true });
    assert!(matches!(unsent.say(Event::Retry), Some(Effect::SendCode { .. })));

    let mut early = restoring(ChallengeType::RestorePinByCode);
    early.say(Event::SendCode);
    let attempts = Some(Attempts { left: 3, locked_until: Some(9_000) });
    let code = Code::UserOtpSendCountsOverLimit;
    early.hear(Outcome::Failed(Failure { code, attempts, server_time: 7, unsure: false }));
    assert_eq!(early.view().screen, Screen::TooEarly { until: 9_000 });
    assert!(early.view().can_go_back);
    assert!(matches!(early.say(Event::Retry), Some(Effect::SendCode { .. })));
    // In clear nobody knows until when.
    early.hear(failure(code));
    assert_eq!(early.view().screen, Screen::Failed { code: 155142, retryable: true });

    let mut locked = flow(ChallengeType::RestorePinByCode);
    locked.say(Event::SendCode);
    let attempts = Some(Attempts { left: 0, locked_until: Some(9_000) });
    locked.hear(Outcome::Failed(Failure { code: Code::UserOtpIsLocked, attempts, server_time: 7, unsure: false }));
    let until = Screen::Locked { kind: CredentialKind::Code, until: 9_000, server_time: 7, can_recover: false };
    assert_eq!(locked.view().screen, until);
}

#[test]
fn who_takes_too_long_after_a_code_is_told_so_and_has_another_one_sent() {
    for kind in [ChallengeType::RestorePinByCode, ChallengeType::RestorePinByBoth] {
        for code_of in [Code::InvalidApproveContent, Code::UserOtpTokenExpired] {
            let mut flow = committing(kind);
            assert!(matches!(flow.hear(sealed(code_of)), Some(Effect::Reopen)), "{kind:?}, {code_of}");
            flow.hear(Outcome::Opened(Box::new(opened(kind))));
            let Screen::Code { problem: Some(CodeProblem::Expired), .. } = flow.view().screen else {
                panic!("{kind:?}")
            };
            assert!(code(&mut flow, "40718265").is_none(), "it is good for nothing any more");
            assert!(matches!(flow.say(Event::SendCode), Some(Effect::SendCode { address: None, .. })));
            flow.hear(Outcome::CodeSent(Box::new(sent())));
            assert!(matches!(flow.view().screen, Screen::Code { problem: None, .. }));
            assert!(matches!(code(&mut flow, "51829376"), Some(Effect::ProveCode(_))));
        }
    }
}

#[test]
fn who_takes_too_long_after_the_code_of_a_new_address_gives_the_pin_again_and_is_told_so() {
    for way in [Way::Email, Way::Both] {
        let mut flow = choosing(&[]);
        flow.say(Event::ChooseWay { way });
        email(&mut flow, "maria@example.org");
        flow.hear(Outcome::CodeSent(Box::new(sent())));
        code(&mut flow, "40718265");
        flow.hear(Outcome::Proved { stretching_ms: 2 });
        assert!(matches!(flow.hear(sealed(Code::UserOtpTokenExpired)), Some(Effect::Reopen)), "{way:?}");
        flow.hear(Outcome::Opened(Box::new(opened(ChallengeType::SetRecovery))));
        assert!(matches!(flow.view().screen, Screen::CurrentPin { .. }), "{:?}", flow.view().screen);
        flow.pin("493817");
        flow.hear(Outcome::Proved { stretching_ms: 1 });
        let Screen::Code { problem: Some(CodeProblem::Expired), address, .. } = flow.view().screen else {
            panic!("{way:?}: {:?}", flow.view().screen)
        };
        assert_eq!(address, "maria@example.org");
        assert!(code(&mut flow, "40718265").is_none(), "it is good for nothing any more");
        let Some(Effect::SendCode { address, with_answers }) = flow.say(Event::SendCode) else { panic!("{way:?}") };
        assert_eq!((address.as_deref(), with_answers), (Some("maria@example.org"), way == Way::Both));
        flow.hear(Outcome::CodeSent(Box::new(sent())));
        assert!(matches!(code(&mut flow, "51829376"), Some(Effect::ProveCode(_))), "{way:?}");
    }
}

#[test]
fn what_was_chosen_beside_a_code_is_not_asked_for_again_when_another_code_is_needed() {
    let late = || {
        let mut flow = choosing(&[]);
        flow.say(Event::ChooseWay { way: Way::Both });
        email(&mut flow, "maria@example.org");
        flow.hear(Outcome::CodeSent(Box::new(sent())));
        code(&mut flow, "40718265");
        flow.hear(Outcome::Proved { stretching_ms: 2 });
        flow.say(Event::Continue);
        choose(&mut flow, 1, "Rex", "");
        choose(&mut flow, 2, "19880327", "");
        flow.say(Event::Continue);
        let Some(Effect::Commit(chosen)) = flow.say(Event::Agree) else { panic!() };
        assert!(matches!(flow.hear(sealed(Code::InvalidApproveContent)), Some(Effect::Reopen)));
        flow.hear(Outcome::Opened(Box::new(opened(ChallengeType::SetRecovery))));
        flow.pin("493817");
        flow.hear(Outcome::Proved { stretching_ms: 1 });
        (flow, chosen.answers.unwrap())
    };

    let (mut flow, chosen) = late();
    flow.say(Event::SendCode);
    flow.hear(Outcome::CodeSent(Box::new(sent())));
    code(&mut flow, "51829376");
    let Some(Effect::Commit(new)) = flow.hear(Outcome::Proved { stretching_ms: 2 }) else { panic!() };
    assert_eq!(new.answers.unwrap().expose_secret(), chosen.expose_secret());
    flow.hear(Outcome::Committed);
    assert_eq!(flow.view().screen, Screen::Done { challenge_type: ChallengeType::SetRecovery });

    // Whoever goes back and chooses a way anew begins it anew.
    let (mut flow, _) = late();
    flow.say(Event::Back);
    flow.say(Event::Back);
    flow.say(Event::ChooseWay { way: Way::Both });
    email(&mut flow, "maria@example.org");
    flow.hear(Outcome::CodeSent(Box::new(sent())));
    code(&mut flow, "51829376");
    assert!(flow.hear(Outcome::Proved { stretching_ms: 2 }).is_none());
    assert_eq!(flow.view().screen, Screen::QuestionsIntro { required: 2 });
}

/// Whoever can change an answer on the way, and not what is sealed in it, starts no new run and spends no code.
#[test]
fn that_something_came_too_late_is_not_believed_in_clear() {
    for kind in [ChallengeType::RestorePinByCode, ChallengeType::RestorePinByBoth] {
        let mut flow = committing(kind);
        assert!(flow.hear(failure(Code::InvalidApproveContent)).is_none(), "{kind:?}");
        assert_eq!(flow.view().screen, Screen::Failed { code: 155117, retryable: true });
        // The person may try again, and what was proved and entered is still there.
        let Some(Effect::Commit(new)) = flow.say(Event::Retry) else { panic!("{kind:?}") };
        assert_eq!(new.pin.unwrap().expose_secret(), b"493817");
        assert!(flow.hear(failure(Code::UserOtpTokenExpired)).is_none(), "{kind:?}");
        assert_eq!(flow.view().screen, Screen::Failed { code: 155130, retryable: false });
    }

    let mut sending = choosing(&[Way::Email]);
    email(&mut sending, "maria@example.org");
    assert!(sending.hear(failure(Code::InvalidApproveContent)).is_none());
    assert_eq!(sending.view().screen, Screen::Failed { code: 155117, retryable: true });
    assert!(matches!(sending.say(Event::Retry), Some(Effect::SendCode { .. })));
    sending.hear(Outcome::CodeSent(Box::new(sent())));
    code(&mut sending, "40718265");
    assert!(sending.hear(failure(Code::InvalidApproveContent)).is_none());
    assert_eq!(sending.view().screen, Screen::Failed { code: 155117, retryable: true });
}

#[test]
fn a_challenge_that_is_over_when_the_new_run_begins_ends_the_flow_and_not_in_circles() {
    let mut flow = restoring(ChallengeType::RestorePinByCode);
    code(&mut flow, "40718265");
    flow.hear(Outcome::Proved { stretching_ms: 2 });
    flow.pin("493817");
    flow.pin("493817");
    assert!(matches!(flow.hear(sealed(Code::InvalidApproveContent)), Some(Effect::Reopen)));
    assert!(flow.hear(sealed(Code::InvalidApproveContent)).is_none(), "the person is asked first");
    assert!(matches!(flow.say(Event::Retry), Some(Effect::Reopen)));
    assert!(flow.hear(failure(Code::ChallengeInvalid)).is_none());
    assert_eq!(flow.view().screen, Screen::Failed { code: 155122, retryable: false });
    assert!(flow.is_over());
}

/// Ten minutes after the PIN a code can neither be sent to a new address nor taken from it.
#[test]
fn whose_code_comes_when_the_pin_was_too_long_ago_gives_it_again_and_goes_on() {
    let late = |flow: &mut Flow| {
        assert!(matches!(flow.hear(sealed(Code::InvalidApproveContent)), Some(Effect::Reopen)));
        flow.hear(Outcome::Opened(Box::new(opened(ChallengeType::SetRecovery))));
        assert!(matches!(flow.view().screen, Screen::CurrentPin { problem: None, .. }), "{:?}", flow.view().screen);
        flow.pin("493817");
        flow.hear(Outcome::Proved { stretching_ms: 1 });
    };
    let mut entered = choosing(&[Way::Email]);
    email(&mut entered, "maria@example.org");
    entered.hear(Outcome::CodeSent(Box::new(sent())));
    let mut again = choosing(&[Way::Email]);
    email(&mut again, "maria@example.org");
    again.hear(Outcome::CodeSent(Box::new(sent())));
    code(&mut entered, "40718265");
    again.say(Event::SendCode);
    for mut flow in [entered, again] {
        late(&mut flow);
        assert!(matches!(flow.view().screen, Screen::Code { problem: Some(CodeProblem::Expired), .. }));
        assert!(matches!(flow.say(Event::SendCode), Some(Effect::SendCode { .. })));
    }

    let mut first = choosing(&[Way::Email]);
    email(&mut first, "maria@example.org");
    late(&mut first);
    let typed = Screen::Email { address: "maria@example.org".into(), is_wrong: false, is_alone: true };
    assert_eq!(first.view().screen, typed, "and nothing has to be typed twice");
}

#[test]
fn who_cannot_be_sent_a_code_can_type_another_address_or_the_code_from_before() {
    let mut first = choosing(&[Way::Email]);
    email(&mut first, "maria@exmaple.org");
    first.hear(failure(Code::EmailSendingFailed));
    assert!(first.view().can_go_back && matches!(first.view().screen, Screen::Failed { retryable: true, .. }));
    first.say(Event::Back);
    assert!(matches!(first.view().screen, Screen::Email { is_wrong: false, .. }));
    assert!(matches!(email(&mut first, "maria@example.org"), Some(Effect::SendCode { .. })));

    let mut before = restoring(ChallengeType::RestorePinByCode);
    before.say(Event::SendCode);
    before.hear(failure(Code::UserOtpSendCountsOverLimit));
    assert!(before.view().can_go_back);
    before.say(Event::Back);
    assert!(matches!(code(&mut before, "40718265"), Some(Effect::ProveCode(_))), "it stays good");

    let mut none = flow(ChallengeType::RestorePinByCode);
    none.say(Event::SendCode);
    none.hear(failure(Code::EmailSendingFailed));
    none.say(Event::Back);
    assert_eq!(none.view().screen, Screen::SendCode);

    let mut stuck = flow(ChallengeType::RestorePin);
    stuck.say(Event::SubmitAnswers(vec![secret("St. Mary"), secret("19880327")]));
    stuck.hear(failure(Code::Unknown));
    assert!(!stuck.view().can_go_back, "where only trying again helps");
}

#[test]
fn a_fresh_session_asks_for_a_fresh_code_and_one_that_is_of_no_use_is_told() {
    let mut flow = restoring(ChallengeType::RestorePinByCode);
    assert!(matches!(flow.say(Event::Renew(session())), Some(Effect::Renew(_))));
    flow.hear(Outcome::NotRenewed);
    assert_eq!(flow.view().not_renewed, 1);
    assert!(matches!(flow.view().screen, Screen::Code { problem: None, .. }), "the old one goes on");
    flow.say(Event::Renew(session()));
    flow.hear(Outcome::Renewed(SessionTimes { expires_at: 9_000_000, server_time: 2_000 }));
    assert_eq!(flow.view().not_renewed, 1);
    assert!(matches!(flow.view().screen, Screen::Code { problem: Some(CodeProblem::Expired), .. }));
}
