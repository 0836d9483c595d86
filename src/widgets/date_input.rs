//! A memorable date as three labelled fields in the order people here write it (the GOV.UK pattern). Month names are
//! accepted, the date is echoed in words, and one that no calendar has is caught before it could cost a try.

use std::rc::Rc;

use repin_core::decimal::decimal;
use repin_core::secret::SecretBytes;
use web_sys::{Element, HtmlInputElement};

use crate::digits::ascii_digits;
use crate::element::{El, el, group};
use crate::face::Face;
use crate::i18n::{DatePart, Key, Texts};
use crate::small::{Small, watch};

/// The three fields, in the order of the language.
pub(crate) struct DateInput {
    face: Face,
    order: [DatePart; 3],
    inputs: [HtmlInputElement; 3],
}

impl DateInput {
    /// The fields and their view; `input` makes a field with this id.
    pub(crate) fn new(face: Face, id: &str, hidden: Small<bool>, input: impl Fn(&str) -> El) -> (Rc<Self>, El) {
        let order = face.texts(|texts| texts.date_order());
        let fields = order.map(|part| {
            let (label, width, name) = match part {
                DatePart::Day => (Key::DATE_DAY, "fld", "-day"),
                DatePart::Month => (Key::DATE_MONTH, "fld m", "-month"),
                DatePart::Year => (Key::DATE_YEAR, "fld y", "-year"),
            };
            let id = [id, name].concat();
            let field = input(&id).class(width).attr("inputmode", "numeric");
            (field.input(), el("label").attr("for", &id).says(face, label), field)
        });
        let inputs = [0, 1, 2].map(|n| fields[n].0.clone());
        let date = Rc::new(Self { face, order, inputs });
        let echo = el("p")
            .attr("role", "status")
            .attr_with("class", move || Some(if hidden.get() { "hint echo gone" } else { "hint echo" }.to_owned()));
        let labelled = fields.map(|(_, label, field)| el("div").child(label).child(field));
        let (shown, words) = (echo.element(), date.clone());
        let echo_words = move || words.show_in_words(&shown);
        let row = el("div").class("date").children(labelled.into()).on("input", {
            let echo_words = echo_words.clone();
            move |_| echo_words()
        });
        watch(echo_words);
        (date, group(vec![row, echo]))
    }

    /// `YYYYMMDD`; empty when nothing was typed; `None` when it is not a date.
    pub(crate) fn read(&self) -> Option<SecretBytes> {
        if self.inputs.iter().all(|input| input.value().trim().is_empty()) {
            return Some(SecretBytes::default());
        }
        let (year, month, day) = self.face.texts(|texts| self.date(texts))?;
        Some(SecretBytes::new([decimal(year, 4), decimal(month, 2), decimal(day, 2)].concat().into_bytes()))
    }

    /// The field that comes first here.
    pub(crate) fn first(&self) -> &HtmlInputElement {
        &self.inputs[0]
    }

    /// "For example, 27 3 1988."
    pub(crate) fn example(&self) -> String {
        let number = |part| match part {
            DatePart::Day => 27,
            DatePart::Month => 3,
            DatePart::Year => 1988,
        };
        let example = self.order.map(|part| self.face.texts(|texts| texts.number(number(part), 1))).join(" ");
        self.face.fill(Key::DATE_EXAMPLE, "example", &example)
    }

    /// Written into the element itself, for an answer has no place in a signal.
    fn show_in_words(&self, echo: &Element) {
        let words =
            self.face.texts(|texts| self.date(texts).map(|(year, month, day)| texts.date_in_words(year, month, day)));
        echo.set_text_content(Some(&words.unwrap_or_default()));
    }

    fn date(&self, texts: &Texts) -> Option<(u32, u32, u32)> {
        let month = self.value(DatePart::Month);
        let month = number(&month).or_else(|| texts.month_named(&month))?;
        let year = self.value(DatePart::Year);
        // Two digits would leave the century to a guess, and a guess to a lost try.
        let year = number(&year).filter(|_| ascii_digits(&year).count() == 4)?;
        let day = number(&self.value(DatePart::Day))?;
        ((1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day)).then_some((year, month, day))
    }

    fn value(&self, wanted: DatePart) -> String {
        let parts = self.order.iter().zip(&self.inputs);
        parts.filter(|(part, _)| **part == wanted).map(|(_, input)| input.value()).collect()
    }
}

/// The number in `27`, `27.`, `٢٧` or `3月`; none in `March`.
fn number(typed: &str) -> Option<u32> {
    ascii_digits(typed).take(5).fold(None, |number, digit| Some(number.unwrap_or(0) * 10 + u32::from(digit - b'0')))
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn february_follows_the_gregorian_rule() {
        assert_eq!([1900, 2000, 2023, 2024].map(|year| days_in(year, 2)), [28, 29, 28, 29]);
    }

    #[test]
    fn numbers_are_read_from_any_script_and_never_from_words() {
        assert_eq!(["27.", "٢٧", "3月", "March", ""].map(number), [Some(27), Some(27), Some(3), None, None]);
    }
}
