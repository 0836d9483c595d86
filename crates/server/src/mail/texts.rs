//! The languages of the letters: `locales/mail/`, compiled in.

use std::sync::LazyLock;

use serde::Deserialize;

/// The letters' sentences.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Of a letter with a code. Without the code: lock screens show it.
    pub subject: String,
    /// Before the code.
    pub code: String,
    /// For how long it is good.
    pub valid: String,
    /// That it is nobody else's business.
    pub secret: String,
    /// For whoever did not ask for it.
    pub ignore: String,
    /// Subject of the letter that tells that private keys were given out.
    pub exported: String,
    /// How, and that there is nothing to do if it was oneself.
    pub exported_how: String,
    /// What to do otherwise: no PIN helps against who has the keys.
    pub exported_else: String,
}

macro_rules! languages {
    ($($tag:literal,)*) => {
        /// Every language: its tag and its file.
        const FILES: &[(&str, &str)] =
            &[$(($tag, include_str!(concat!("../../../../locales/mail/", $tag, ".json"))),)*];
    };
}

languages! {
    "ar",
    "bn",
    "cs",
    "de",
    "en",
    "es",
    "es-419",
    "fa",
    "fil",
    "fr",
    "he",
    "hi",
    "id",
    "it",
    "ja",
    "ko",
    "nl",
    "pl",
    "pt",
    "pt-BR",
    "ro",
    "ru",
    "th",
    "tr",
    "uk",
    "vi",
    "zh-Hans",
    "zh-Hant",
}

static TEXTS: LazyLock<Vec<Option<Texts>>> =
    LazyLock::new(|| FILES.iter().map(|(_, file)| serde_json::from_str(file).ok()).collect());

/// Stands in for a file that cannot be read, which the tests refuse.
static NONE: Texts = Texts {
    subject: String::new(),
    code: String::new(),
    valid: String::new(),
    secret: String::new(),
    ignore: String::new(),
    exported: String::new(),
    exported_how: String::new(),
    exported_else: String::new(),
};

/// A language that letters are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language(usize);

impl Language {
    /// Every one.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..FILES.len()).map(Self)
    }

    /// The first that the reader of `Accept-Language` (RFC 9110 §12.5.4) prefers and that there is; else English.
    pub fn negotiate(accepted: &str) -> Self {
        let mut wanted: Vec<(f32, &str)> = accepted
            .split(',')
            .take(32)
            .filter_map(|range| {
                let (tag, parameters) = range.split_once(';').unwrap_or((range, "q=1"));
                let weight = parameters.trim().strip_prefix("q=")?.parse::<f32>().ok()?;
                (weight > 0.0).then_some((weight, tag.trim()))
            })
            .collect();
        // Stable, so that the order stands where the weights are the same.
        wanted.sort_by(|one, other| other.0.total_cmp(&one.0));
        let english = Self::all().find(|language| language.tag() == "en").unwrap_or(Self(0));
        wanted.into_iter().find_map(|(_, tag)| Self::of(tag)).unwrap_or(english)
    }

    /// The language of a tag, or of the nearest to it: `zh-TW` reads `zh-Hant`, American Spanish `es-419`.
    fn of(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase();
        let exact = |wanted: &str| Self::all().find(|language| language.tag().eq_ignore_ascii_case(wanted));
        let mut parts = tag.split('-');
        let first = parts.next()?;
        let rest: Vec<&str> = parts.collect();
        let traditional = ["hant", "tw", "hk", "mo"].iter().any(|part| rest.contains(part));
        let nearest = match first {
            "zh" if traditional => "zh-Hant",
            "zh" => "zh-Hans",
            "es" if !rest.is_empty() && !rest.contains(&"es") => "es-419",
            "pt" if rest.contains(&"br") => "pt-BR",
            "tl" => "fil",
            "iw" => "he",
            "in" => "id",
            first => first,
        };
        exact(&tag).or_else(|| exact(nearest))
    }

    /// Its tag (BCP 47).
    pub fn tag(self) -> &'static str {
        FILES.get(self.0).map_or("en", |(tag, _)| tag)
    }

    /// Its sentences.
    pub fn texts(self) -> &'static Texts {
        TEXTS.get(self.0).and_then(Option::as_ref).unwrap_or(&NONE)
    }

    /// Whether it is written from right to left.
    pub fn is_right_to_left(self) -> bool {
        matches!(self.tag(), "ar" | "fa" | "he")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_language_of_the_widget_has_a_whole_letter() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../locales");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut widget: Vec<_> = files
            .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
            .filter(|tag| tag != "review")
            .collect();
        widget.sort();
        assert_eq!(widget, Language::all().map(Language::tag).collect::<Vec<_>>());
        for language in Language::all() {
            let texts = language.texts();
            let code = [&texts.subject, &texts.code, &texts.valid, &texts.secret, &texts.ignore];
            let exported = [&texts.exported, &texts.exported_how, &texts.exported_else];
            assert!(
                code.iter().chain(&exported).all(|text| !text.is_empty() && !text.contains(['\n', '\r'])),
                "{}",
                language.tag()
            );
            // Persian and Bengali have digits of their own.
            assert!(["10", "۱۰", "১০"].iter().any(|ten| texts.valid.contains(ten)), "{}: ten minutes", language.tag());
        }
    }

    #[test]
    fn the_readers_first_language_that_there_is_is_spoken() {
        for (accepted, expected) in [
            ("", "en"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("xx,ja;q=0.5,ar;q=0.7", "ar"),
            ("en;q=0.1, ja", "ja"),
            ("zh-TW", "zh-Hant"),
            ("zh-CN", "zh-Hans"),
            ("es-MX", "es-419"),
            ("es-ES", "es"),
            ("pt-BR", "pt-BR"),
            ("pt-AO", "pt"),
            ("iw", "he"),
            ("fr;q=0, it", "it"),
            ("*", "en"),
            ("de;q=x", "en"),
            ("\u{0}\u{fffd},,,;;;", "en"),
        ] {
            assert_eq!(Language::negotiate(accepted).tag(), expected, "{accepted:?}");
        }
    }
}
