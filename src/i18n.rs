//! Texts for people: English compiled in, another language looked up first when the loader fetched one. Plurals, dates,
//! clocks and digits come from the browser's own `Intl`, so that no language data is shipped.

pub mod by_name;
mod intl;

use js_sys::{Array, JsString, Reflect};
use repin_core::decimal::decimal;
use wasm_bindgen::JsValue;

use crate::small::Fits;
pub(crate) use intl::text;
use intl::{DateTimeFormat, NumberFormat, PluralRules, options};

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The texts of one widget, in its language.
pub struct Texts {
    /// A BCP 47 tag that `Intl` accepts.
    locale: String,
    /// A language's list: [`FINGERPRINT`], then texts and plurals in the order of [`NAMES`]. `undefined` for English.
    messages: JsValue,
    /// Numbers and plurals are known without `Intl`, whose first call loads its data: a long task on a phone.
    is_english: bool,
}

/// A part of a date, in the order people here write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatePart {
    /// 1 to 31.
    Day,
    /// 1 to 12, or its name.
    Month,
    /// Four digits.
    Year,
}

impl Texts {
    /// Texts for a BCP 47 tag; one that `Intl` does not know falls back to English. `messages` is the language's list, or
    /// `undefined`; what it lacks is shown in English, and so is everything if it was made for another version.
    pub fn new(locale: &str, messages: JsValue) -> Self {
        let is_english = locale == "en" || (locale.starts_with("en-") && locale.len() <= "en-Latn-GB".len());
        let known = is_english || (!locale.is_empty() && NumberFormat::new(locale, &options(&[])).is_ok());
        let locale = if known { locale } else { "en" }.to_owned();
        let current = Reflect::get_u32(&messages, 0).is_ok_and(|first| first.as_f64() == Some(FINGERPRINT.into()));
        // An empty list and not `undefined`, which would throw at each text.
        let messages = if current { messages } else { Array::new().into() };
        Self { locale, messages, is_english: is_english || !known }
    }

    pub(crate) fn get(&self, key: Key) -> String {
        self.translated(key.0).as_string().unwrap_or_else(|| english(key.0).to_owned())
    }

    /// The text with `{name}` replaced.
    pub(crate) fn fill(&self, key: Key, name: &str, value: &str) -> String {
        replace(&self.get(key), name, value)
    }

    /// A text that only a customised widget has: the list then has a member `custom`, by name. Made by
    /// `npm/src/customise/messages.ts`.
    pub(crate) fn custom(&self, name: &str) -> Option<String> {
        let custom = Reflect::get(&self.messages, &"custom".into()).ok()?;
        intl::text(&custom, name)
    }

    /// One of several such texts, counted from 1.
    pub(crate) fn custom_at(&self, name: &str, n: u32) -> Option<String> {
        self.custom(&[name, ".", &decimal(n, 1)].concat())
    }

    /// What stands before and after `{name}`, for a value that needs an element of its own.
    pub(crate) fn around(&self, key: Key, name: &str) -> (String, String) {
        let text = self.get(key);
        split(&text, name).map_or_else(|| (text.clone(), String::new()), |(a, b)| (a.to_owned(), b.to_owned()))
    }

    /// The form for `n` of a text that counts, with `{n}` replaced.
    pub(crate) fn count(&self, plural: Plural, n: u32) -> String {
        let category = if self.is_english {
            if n == 1 { "one" } else { "other" }.to_owned()
        } else {
            PluralRules::new(&self.locale).map_or_else(|_| "other".to_owned(), |rules| rules.select(n.into()))
        };
        let forms = self.translated(TEXTS + plural.0);
        let form = |category: &str| intl::text(&forms, category);
        let text = form(&category).or_else(|| form("other"));
        let text = text.unwrap_or_else(|| english(TEXTS + 2 * plural.0 + u32::from(n != 1)).to_owned());
        replace(&text, "n", &self.number(n, 1))
    }

    /// "3 of 6 digits", "Step 2 of 3".
    pub(crate) fn of(&self, key: Key, n: u32, total: u32) -> String {
        replace(&self.fill(key, "n", &self.number(n, 1)), "total", &self.number(total, 1))
    }

    /// A number in this language's digits, with at least `digits` of them.
    pub(crate) fn number(&self, n: u32, digits: u8) -> String {
        if self.is_english {
            return decimal(n, digits);
        }
        let format = options(&[("minimumIntegerDigits", digits.into()), ("useGrouping", false.into())]);
        NumberFormat::new(&self.locale, &format).map_or_else(|_| decimal(n, 1), |format| format.format(n.into()))
    }

    /// Time of day in the person's time zone, e.g. `14:32`.
    pub(crate) fn time_of_day(&self, unix_ms: f64) -> String {
        self.format_date(unix_ms, &[("timeStyle", "short".into())])
    }

    /// Time left as `27:41`, or `1:27:41`. Shown left to right in every language.
    pub(crate) fn clock(&self, seconds: u32) -> String {
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let mut clock = [self.number(minutes, 2), self.number(seconds, 2)].join(":");
        if hours > 0 {
            clock = [self.number(hours, 1), clock].join(":");
        }
        clock
    }

    /// A calendar date in words, e.g. `27 March 1988`.
    pub(crate) fn date_in_words(&self, year: u32, month: u32, day: u32) -> String {
        self.format_date(
            utc(year, month, day),
            &[("dateStyle", "long".into()), ("calendar", "gregory".into()), ("timeZone", "UTC".into())],
        )
    }

    /// How people here order a date.
    pub(crate) fn date_order(&self) -> [DatePart; 3] {
        let format = options(&[("calendar", "gregory".into())]);
        let written = DateTimeFormat::new(&self.locale, &format)
            .map(|format| {
                let part = |value: JsValue| match text(&value, "type")?.as_str() {
                    "day" => Some(DatePart::Day),
                    "month" => Some(DatePart::Month),
                    "year" => Some(DatePart::Year),
                    _ => None,
                };
                format.format_to_parts(0.0).iter().filter_map(part).collect::<Vec<_>>()
            })
            .unwrap_or_default();
        written.try_into().unwrap_or([DatePart::Day, DatePart::Month, DatePart::Year])
    }

    /// The month whose name, in this language or in English, begins with `typed`: at least three letters of it, and
    /// no other month's name begins so.
    pub(crate) fn month_named(&self, typed: &str) -> Option<u32> {
        let typed = lower(typed.trim().trim_end_matches('.'));
        if typed.chars().count() < 3 {
            return None;
        }
        [self.locale.as_str(), "en"].iter().find_map(|locale| {
            let mut named = (1..=12).filter(|month| month_name(locale, *month).starts_with(&typed));
            named.next().filter(|_| named.next().is_none())
        })
    }

    fn format_date(&self, unix_ms: f64, format: &[(&str, JsValue)]) -> String {
        DateTimeFormat::new(&self.locale, &options(format))
            .map_or_else(|_| String::new(), |format| format.format(unix_ms))
    }

    /// `undefined` where there is none.
    fn translated(&self, number: u32) -> JsValue {
        Reflect::get_u32(&self.messages, number + 1).unwrap_or_default()
    }
}

impl Fits for Option<Key> {
    fn pack(self) -> u32 {
        self.map(|key| key.0).pack()
    }
    fn unpack(packed: u32) -> Self {
        Option::unpack(packed).map(Key)
    }
}

fn month_name(locale: &str, month: u32) -> String {
    let format = [("month", "long".into()), ("calendar", "gregory".into()), ("timeZone", "UTC".into())];
    DateTimeFormat::new(locale, &options(&format))
        .map_or_else(|_| String::new(), |format| lower(&format.format(utc(2000, month, 1))))
}

/// Milliseconds for midnight UTC. `setUTCFullYear`, for the constructors read the years 0 to 99 as 1900 to 1999.
fn utc(year: u32, month: u32, day: u32) -> f64 {
    let date = js_sys::Date::new(&JsValue::from_f64(0.0));
    date.set_utc_full_year_with_month_date(year, month as i32 - 1, day as i32)
}

/// The browser's own: ours would ship its tables of letters.
pub(crate) fn lower(text: &str) -> String {
    JsString::from(text).to_lower_case().into()
}

/// English by its number: texts, then two forms of each plural.
fn english(number: u32) -> &'static str {
    let (before, from) = LENGTHS.split_at(number as usize);
    let start = before.iter().map(|length| usize::from(*length)).sum();
    let length = from.first().map_or(0, |length| usize::from(*length));
    ENGLISH.get(start..start + length).unwrap_or_default()
}

fn replace(text: &str, name: &str, value: &str) -> String {
    split(text, name).map_or_else(|| text.to_owned(), |(before, after)| [before, value, after].concat())
}

/// What stands before and after `{name}`. By hand, for searching for a string is the larger half of `str::replace`.
fn split<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    text.match_indices('{').find_map(|(at, _)| {
        let after = text.get(at + 1..)?.strip_prefix(name)?.strip_prefix('}')?;
        Some((text.get(..at)?, after))
    })
}
