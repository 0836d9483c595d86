//! A code by e-mail: that one will be sent, and then the field for it, with another code after a while.

use repin_vault::flow::{CodeProblem, Event, Screen};

use crate::element::{El, Parts, dynamic, el, form, nothing};
use crate::face::Face;
use crate::i18n::{Key, Plural};
use crate::problem::Problem;
use crate::small::{Small, watch};
use crate::widgets::icon::Icon;
use crate::widgets::pin_input::{PinInput, PinState, Verdict};
use crate::widgets::{button, notice, title};

/// Before it is sent.
#[inline(never)]
pub(crate) fn announced(face: Face) -> Parts {
    let parts = vec![
        title::hero(face, Icon::Key, "intro", Key::CODE_ANNOUNCE, Key::CODE_ANNOUNCE_LEAD),
        button::submit(face, Key::CODE_SEND, Key::COMMON_SAVING, || true),
    ];
    vec![form(parts, move || face.submit(Event::SendCode))]
}

/// What the page reads of the view again and again: another code changes it.
struct Sent {
    address: String,
    expires_at: u64,
    resend_at: u64,
}

fn sent(face: Face) -> Sent {
    match face.screen_behind() {
        Screen::Code { address, expires_at, resend_at, .. } => Sent { address, expires_at, resend_at },
        // While another page takes this one's place.
        _ => Sent { address: String::new(), expires_at: u64::MAX, resend_at: 0 },
    }
}

#[inline(never)]
pub(crate) fn screen(face: Face, length: u8, can_change: bool) -> Parts {
    let (noticed, expired) = (Small::new(false), Small::new(false));
    let problem_id = face.id("problem");
    let length = usize::from(length);
    let invalid = move |state: PinState| problem(face, noticed, expired).is_some() && state.count.get() < length as u32;
    let (field, view) = PinInput::code(face, length, &[face.id("lead"), problem_id.clone()].join(" "), invalid);
    let state = field.state();
    field.begins_page();

    // A verdict, or another code, empties the field and gives it the focus.
    let (emptied, mut good_until) = (field.clone(), sent(face).expires_at);
    watch(move || {
        face.judged.get();
        noticed.set(false);
        emptied.clear();
        emptied.focus();
        let until = sent(face).expires_at;
        if until != good_until {
            good_until = until;
            face.say(&lead(face));
        }
    });
    let seconds_left = Small::new(0_u32);
    watch(move || {
        face.ticks.get();
        face.judged.get();
        let Sent { expires_at, resend_at, .. } = sent(face);
        expired.set(face.ms_until(expires_at) <= 0.0);
        seconds_left.set(face.seconds_until(resend_at));
    });
    watch(move || {
        state.count.get();
        noticed.set(false);
    });

    let told = dynamic(move || told(face, &problem_id, length, problem(face, noticed, expired)));
    let ready = move || state.verdict.get() != Verdict::Incomplete && !expired.get();
    let parts = vec![
        dynamic(move || {
            face.judged.get();
            title::field_title_with(face, Key::CODE_TITLE, &lead(face))
        }),
        el("div").class("pin-part").children(vec![view, told]),
        notice::note(face, Key::CODE_SCAM),
        button::submit(face, Key::COMMON_CONTINUE, Key::COMMON_CHECKING, ready),
        another(face, seconds_left, move || button::link(face, Key::CODE_AGAIN, move || face.submit(Event::SendCode))),
        if can_change { button::link(face, Key::CODE_ELSEWHERE, move || face.send(Event::Back)) } else { nothing() },
    ];
    vec![form(parts, move || {
        if face.busy.now() || expired.now() {
            return;
        }
        match state.verdict.now() {
            Verdict::Incomplete => {
                noticed.set(true);
                field.focus();
            }
            _ => face.submit(Event::SubmitCode(field.take())),
        }
    })]
}

fn lead(face: Face) -> String {
    // An address has a direction of its own.
    face.fill(Key::CODE_LEAD, "address", &["\u{2066}", &sent(face).address, "\u{2069}"].concat())
}

/// A button for a new code once the time for it has come; it then stays, and with it the focus.
pub(super) fn another(face: Face, seconds_left: Small<u32>, button: impl Fn() -> El + 'static) -> El {
    let is_open = Small::new(false);
    watch(move || is_open.set(seconds_left.get() == 0));
    dynamic(move || match is_open.get() {
        true => button(),
        false => el("p").class("code").text_with(move || {
            let clock = face.texts(|texts| texts.clock(seconds_left.get()));
            face.fill(Key::CODE_AGAIN_IN, "time", &["\u{2066}", &clock, "\u{2069}"].concat())
        }),
    })
}

/// What the page noticed, or else what the vault said.
fn problem(face: Face, noticed: Small<bool>, expired: Small<bool>) -> Option<CodeProblem> {
    face.judged.get();
    match (expired.get(), noticed.get()) {
        (true, _) => Some(CodeProblem::Expired),
        (_, true) => Some(CodeProblem::Length),
        _ => face.problem().and_then(Problem::code),
    }
}

fn told(face: Face, id: &str, length: usize, problem: Option<CodeProblem>) -> El {
    let (fact, text) = match problem {
        None => return nothing(),
        Some(CodeProblem::Wrong { attempts }) => {
            (Key::CODE_WRONG, face.count(Plural::QUESTIONS_TRIES, attempts.left.into()))
        }
        Some(CodeProblem::Length) => (Key::CODE_SHORT, face.count(Plural::PIN_SHORT, length as u32)),
        Some(CodeProblem::Expired) => (Key::CODE_EXPIRED, face.text(Key::CODE_EXPIRED_TEXT)),
    };
    notice::problem(id, &face.text(fact), &text)
}
