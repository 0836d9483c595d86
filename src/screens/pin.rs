//! Current PIN, new PIN, and the new PIN again: three screens around one field, whose input node stays the same so that
//! a phone's keyboard stays open.

use repin_core::api::Attempts;
use repin_core::pin_policy::Weakness;
use repin_vault::flow::{Event, PinProblem, Screen};
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, Node};

use crate::element::{El, Parts, dynamic, el, form, list, nothing};
use crate::face::Face;
use crate::i18n::{Key, Plural};
use crate::page::{CONFIRM_PIN, CURRENT_PIN, NEW_PIN};
use crate::problem::Problem;
use crate::small::{Small, watch};
use crate::widgets::icon::{Icon, icon};
use crate::widgets::pin_input::{PinInput, PinState, Verdict};
use crate::widgets::{button, notice, title};

#[inline(never)]
pub(crate) fn screen(face: Face, first: &Screen) -> Parts {
    let (Screen::CurrentPin { length, .. } | Screen::NewPin { length, .. } | Screen::ConfirmPin { length, .. }) = first
    else {
        return Vec::new();
    };
    // What this page can tell by itself, without asking the vault and without emptying the field.
    let noticed = Small::new(false);
    let (rules_id, problem_id) = (face.id("rules"), face.id("problem"));
    let described = [rules_id.as_str(), " ", &problem_id].concat();
    let length = usize::from(*length);
    let is_wrong = |problem: PinProblem| !matches!(problem, PinProblem::Left { .. });
    let invalid =
        move |state: PinState| problem(face, noticed, state).is_some_and(is_wrong) && state.count.get() < length as u32;
    let (field, view) = PinInput::new(face, length, &described, invalid);
    let state = field.state();
    field.begins_page();

    // A step or a verdict empties the field and gives it the focus.
    let emptied = field.clone();
    watch(move || {
        face.step.get();
        face.judged.get();
        noticed.set(false);
        emptied.clear();
        emptied.focus();
    });
    watch(move || {
        state.count.get();
        noticed.set(false);
    });

    let ready = move || match face.step.get() {
        NEW_PIN => state.verdict.get() == Verdict::Good,
        _ => state.verdict.get() != Verdict::Incomplete,
    };
    let told = dynamic(move || told(face, &problem_id, length, problem(face, noticed, state)));
    let parts = vec![
        dynamic(move || heading(face)),
        el("div").class("pin-part").children(vec![view, told]),
        dynamic(move || if face.step.get() == NEW_PIN { rules(face, &rules_id, state) } else { nothing() }),
        button::toggle(face, state.shown, Key::PIN_HIDE, Key::PIN_SHOW),
        dynamic(move || match face.step.get() {
            CONFIRM_PIN => {
                let label = if is_first(face) { Key::CONFIRM_FIRST_SUBMIT } else { Key::CONFIRM_SUBMIT };
                button::submit(face, label, Key::COMMON_SAVING, ready)
            }
            _ => button::submit(face, Key::COMMON_CONTINUE, Key::COMMON_CHECKING, ready),
        }),
        dynamic(move || aside(face)),
    ];
    let form = el("div").child(form(parts, move || submit(face, &field, noticed)));
    vec![hide_digits_on_leaving(form, state.shown)]
}

fn submit(face: Face, field: &PinInput, noticed: Small<bool>) {
    if face.busy.now() {
        return;
    }
    match (field.state().verdict.now(), face.step.now()) {
        (Verdict::Incomplete, _) | (Verdict::Weak(_), NEW_PIN) => {
            noticed.set(true);
            field.focus();
        }
        _ => face.submit(Event::SubmitPin(field.take())),
    }
}

/// What the page noticed, or else what the vault said.
fn problem(face: Face, noticed: Small<bool>, state: PinState) -> Option<PinProblem> {
    face.judged.get();
    match state.verdict.get() {
        Verdict::Incomplete if noticed.get() => Some(PinProblem::Length),
        Verdict::Weak(weakness) if noticed.get() => Some(PinProblem::Weak { weakness }),
        _ => face.problem().and_then(Problem::pin),
    }
}

/// Shown digits are hidden when the focus goes elsewhere, also to another window.
fn hide_digits_on_leaving(form: El, shown: Small<bool>) -> El {
    let here = form.element();
    form.on("focusout", move |event| {
        let next = event.unchecked_ref::<FocusEvent>().related_target();
        let next = next.as_ref().and_then(|next| next.dyn_ref::<Node>());
        if !next.is_some_and(|next| here.contains(Some(next))) {
            shown.set(false);
        }
    })
}

fn heading(face: Face) -> El {
    let (headline, lead) = match (face.step.get(), is_first(face)) {
        (CURRENT_PIN, _) => (Key::CURRENT_TITLE, Key::CURRENT_LEAD),
        (CONFIRM_PIN, true) => (Key::CONFIRM_FIRST_TITLE, Key::CONFIRM_FIRST_LEAD),
        (CONFIRM_PIN, false) => (Key::CONFIRM_TITLE, Key::CONFIRM_LEAD),
        (_, true) => (Key::FIRST_TITLE, Key::FIRST_LEAD),
        _ => (Key::NEW_TITLE, Key::NEW_LEAD),
    };
    title::field_title(face, headline, lead)
}

/// There was no PIN before.
fn is_first(face: Face) -> bool {
    matches!(face.screen_behind(), Screen::NewPin { first: true, .. } | Screen::ConfirmPin { first: true, .. })
}

fn aside(face: Face) -> El {
    match (face.step.get(), face.screen_behind()) {
        (_, Screen::CurrentPin { can_recover: true, .. }) => {
            button::link(face, Key::CURRENT_FORGOT, move || face.send(Event::ForgotPin))
        }
        (CONFIRM_PIN, _) => button::link(face, Key::CONFIRM_DIFFERENT, move || face.send(Event::ChooseDifferentPin)),
        _ => nothing(),
    }
}

fn told(face: Face, id: &str, length: usize, problem: Option<PinProblem>) -> El {
    let Some(problem) = problem else { return nothing() };
    let tries = |attempts: Attempts| face.count(Plural::CURRENT_TRIES, attempts.left.into());
    let (fact, text) = match problem {
        PinProblem::Left { attempts } => return notice::warning(&tries(attempts)).attr("id", id),
        PinProblem::Wrong { attempts } => (Key::CURRENT_WRONG, tries(attempts)),
        PinProblem::Length => (Key::PIN_SHORT_TITLE, face.count(Plural::PIN_SHORT, length as u32)),
        PinProblem::Weak { weakness } => {
            let why = match weakness {
                Weakness::Repeated => Key::NEW_WEAK_REPEATED,
                Weakness::Run => Key::NEW_WEAK_RUN,
                Weakness::Pattern => Key::NEW_WEAK_PATTERN,
                Weakness::Date => Key::NEW_WEAK_DATE,
            };
            (Key::NEW_WEAK, face.text(why))
        }
        PinProblem::SameAsCurrent => (Key::NEW_SAME, face.text(Key::NEW_SAME_TEXT)),
        PinProblem::InDateAnswer => (Key::NEW_IN_DATE, face.text(Key::NEW_IN_DATE_TEXT)),
        PinProblem::Mismatch => (Key::CONFIRM_MISMATCH, face.text(Key::CONFIRM_MISMATCH_TEXT)),
    };
    notice::problem(id, &face.text(fact), &text)
}

fn rules(face: Face, id: &str, state: PinState) -> El {
    let rule = |(weakness, key)| {
        dynamic(move || {
            let (class, picture, verdict) = match state.verdict.get() {
                Verdict::Good => ("ok", Icon::Check, Some(Key::NEW_RULE_OK)),
                Verdict::Weak(found) if found == weakness => ("no", Icon::Cross, Some(Key::NEW_RULE_NO)),
                _ => ("", Icon::Dot, None),
            };
            let verdict = verdict.map(|key| [": ", &face.text(key)].concat()).unwrap_or_default();
            // The verdict in words too, for those who see neither icon nor colour; and an end, for the rules are read out
            // as one description of the field.
            let told = el("span").class("vh").text(&[&verdict, ". "].concat());
            let words = vec![icon(picture), el("span").says(face, key), told];
            el("li").class(class).children(words)
        })
    };
    let items = [
        (Weakness::Repeated, Key::NEW_RULE_REPEATED),
        (Weakness::Run, Key::NEW_RULE_RUN),
        (Weakness::Pattern, Key::NEW_RULE_PATTERN),
        (Weakness::Date, Key::NEW_RULE_DATE),
    ]
    .map(rule);
    // As text: a list that has a name of its own is described by that name and by none of its points.
    let name = el("span").class("vh").text(&[&face.text(Key::NEW_RULES), ": "].concat());
    el("div").attr("id", id).child(name).child(list("ul", "rules").children(items.into()))
}
