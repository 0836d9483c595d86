//! What was wrong with the last submission, whichever screen it came from.

use repin_vault::flow::{AnswersProblem, CodeProblem, PinProblem, QuestionProblem, Screen};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Problem {
    Answers(AnswersProblem),
    Pin(PinProblem),
    Question(QuestionProblem),
    /// It is no address.
    Email,
    Code(CodeProblem),
}

impl Problem {
    pub(crate) fn answers(self) -> Option<AnswersProblem> {
        match self {
            Self::Answers(problem) => Some(problem),
            _ => None,
        }
    }

    pub(crate) fn pin(self) -> Option<PinProblem> {
        match self {
            Self::Pin(problem) => Some(problem),
            _ => None,
        }
    }

    pub(crate) fn code(self) -> Option<CodeProblem> {
        match self {
            Self::Code(problem) => Some(problem),
            _ => None,
        }
    }

    pub(crate) fn question(self) -> Option<QuestionProblem> {
        match self {
            Self::Question(problem) => Some(problem),
            _ => None,
        }
    }
}

pub(crate) fn problem_of(screen: &Screen) -> Option<Problem> {
    match screen {
        Screen::Questions { problem, .. } => problem.clone().map(Problem::Answers),
        Screen::CurrentPin { problem, .. } | Screen::NewPin { problem, .. } | Screen::ConfirmPin { problem, .. } => {
            problem.clone().map(Problem::Pin)
        }
        Screen::ChooseQuestion { problem, .. } => problem.map(Problem::Question),
        Screen::Email { is_wrong: true, .. } => Some(Problem::Email),
        Screen::Code { problem, .. } => problem.clone().map(Problem::Code),
        _ => None,
    }
}
