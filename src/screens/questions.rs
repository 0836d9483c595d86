//! Answer the security questions. Hints and answers are in sight, for three tries make a slip expensive; a wrong try
//! keeps what was typed and never tells which answer it was.

use std::rc::Rc;

use repin_core::api::{Attempts, Question};
use repin_core::decimal::decimal;
use repin_vault::flow::{AnswersProblem, Event};

use crate::element::{El, Parts, dynamic, el, form, group, nothing};
use crate::face::Face;
use crate::i18n::{Key, Plural};
use crate::problem::Problem;
use crate::small::{Small, watch};
use crate::widgets::answer_input::{AnswerInput, apart, your_hint};
use crate::widgets::{button, notice, title};

#[inline(never)]
pub(crate) fn screen(face: Face, questions: &[Question]) -> Parts {
    let hidden = Small::new(false);
    let field = |(n, question): (usize, &Question)| {
        let hint = question.hint.as_deref().filter(|hint| !hint.is_empty());
        let hint = hint.map_or_else(nothing, |hint| your_hint(face, hint));
        let header = face.custom("answer_header").map_or_else(nothing, |header| el("div").class("ask").text(&header));
        let hint = group(vec![hint, header]);
        let name = ["answer", &decimal(n as u32, 1)].concat();
        AnswerInput::new(face, (&name, apart(question)), question.kind, hint, hidden, is_wrong)
    };
    let (fields, views): (Vec<_>, Parts) = questions.iter().enumerate().map(field).unzip();
    mark_empty_ones(face, fields.clone());

    let mut parts = vec![
        dynamic(move || verdict(face)),
        title::title(face, Key::QUESTIONS_TITLE, Key::QUESTIONS_LEAD),
        // Behind the title, where whoever has the page read out begins.
        dynamic(move || left(face)),
    ];
    parts.extend(views);
    parts.extend([
        button::toggle(face, hidden, Key::QUESTIONS_SHOW, Key::QUESTIONS_HIDE),
        notice::note(face, Key::QUESTIONS_PRIVACY),
        button::submit(face, Key::COMMON_CONTINUE, Key::COMMON_CHECKING, || true),
        button::link(face, Key::QUESTIONS_FORGOT, move || face.send(Event::CannotRemember)),
    ]);
    vec![form(parts, move || submit(face, &fields))]
}

fn submit(face: Face, fields: &[Rc<AnswerInput>]) {
    let answers = fields.iter().map(|field| field.read()).collect::<Vec<_>>();
    match answers.iter().position(Result::is_err) {
        Some(not_an_answer) => fields[not_an_answer].focus(),
        None => face.submit(Event::SubmitAnswers(answers.into_iter().flatten().collect())),
    }
}

fn problem(face: Face) -> Option<AnswersProblem> {
    face.judged.get();
    face.problem().and_then(Problem::answers)
}

fn is_wrong(face: Face) -> bool {
    matches!(problem(face), Some(AnswersProblem::Wrong { .. }))
}

fn tries(face: Face, attempts: Attempts) -> String {
    face.count(Plural::QUESTIONS_TRIES, attempts.left.into())
}

fn left(face: Face) -> El {
    match problem(face) {
        Some(AnswersProblem::Left { attempts }) => notice::warning(&tries(face, attempts)),
        _ => nothing(),
    }
}

fn verdict(face: Face) -> El {
    match problem(face) {
        Some(AnswersProblem::Wrong { attempts }) => {
            let sentences = [&*tries(face, attempts), &face.text(Key::QUESTIONS_WRONG_WHICH)];
            notice::form_problem(face, &face.text(Key::QUESTIONS_WRONG), &sentences)
        }
        Some(AnswersProblem::Empty { .. }) => {
            notice::form_problem(face, &face.text(Key::QUESTIONS_EMPTY), &[&face.text(Key::QUESTIONS_NO_TRY)])
        }
        Some(AnswersProblem::Left { .. }) | None => nothing(),
    }
}

fn mark_empty_ones(face: Face, fields: Vec<Rc<AnswerInput>>) {
    watch(move || {
        if let Some(AnswersProblem::Empty { indexes }) = problem(face) {
            for field in indexes.iter().filter_map(|index| fields.get(usize::from(*index))) {
                field.error.set(Some(Key::QUESTIONS_EMPTY_ONE));
            }
        }
    });
}
