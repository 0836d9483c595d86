//! The letters: a subject, and the same few sentences as plain text and as HTML. No link, no picture, nothing that loads.

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use uuid::Uuid;

use super::{EmailAddress, Language, MailError};

/// What a letter is about.
#[derive(Clone, Copy)]
pub enum Letter<'a> {
    /// A code, in digits.
    Code(&'a str),
    /// Private keys were given out.
    Exported,
}

impl<'a> Letter<'a> {
    /// What is written, in this language: the subject, what stands over a code, and all other sentences.
    fn texts(self, language: Language) -> (&'static str, Option<(&'static str, &'a str)>, Vec<&'static str>) {
        let texts = language.texts();
        match self {
            Self::Code(code) => {
                (&texts.subject, Some((texts.code.as_str(), code)), vec![&texts.valid, &texts.secret, &texts.ignore])
            }
            Self::Exported => (&texts.exported, None, vec![&texts.exported_how, &texts.exported_else]),
        }
    }
}

/// Writes it.
///
/// # Errors
/// [`MailError::Letter`], never for an [`EmailAddress`].
pub fn write(from: &Mailbox, to: &EmailAddress, language: Language, letter: Letter<'_>) -> Result<Message, MailError> {
    let (local, domain) = to.parts();
    let to = lettre::Address::new(local, domain).map_err(|_| MailError::Letter)?;
    let (subject, code, sentences) = letter.texts(language);
    let header = |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
    let code = code.map(|(over, code)| format!("{over}\n\n{code}\n\n")).unwrap_or_default();
    let plain = format!("{code}{}\n", sentences.join("\n\n"));
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(subject)
        .date_now()
        .message_id(Some(format!("<{}@{}>", Uuid::new_v4(), from.email.domain())))
        // RFC 3834: no "I am on holiday" comes back.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Content-Language", language.tag()))
        .multipart(
            MultiPart::alternative()
                .singlepart(part(ContentType::TEXT_PLAIN, plain))
                .singlepart(part(ContentType::TEXT_HTML, html(language, letter))),
        )
        .map_err(|_| MailError::Letter)
}

fn part(kind: ContentType, body: String) -> SinglePart {
    // Base64 for every language: a line of quoted-printable tells nobody more, and some servers rewrap it.
    SinglePart::builder().header(kind).header(ContentTransferEncoding::Base64).body(body)
}

fn html(language: Language, letter: Letter<'_>) -> String {
    let (subject, code, sentences) = letter.texts(language);
    let direction = if language.is_right_to_left() { "rtl" } else { "ltr" };
    let paragraphs: String = sentences.into_iter().map(|text| format!("<p>{}</p>", escape(text))).collect();
    let code = code.map(|(over, code)| {
        format!(
            "<p>{}</p><p dir=\"ltr\" style=\"font-size:28px;font-weight:bold;letter-spacing:4px\">{code}</p>",
            escape(over)
        )
    });
    format!(
        "<!doctype html><html lang=\"{}\" dir=\"{direction}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
         <body style=\"font-family:sans-serif;font-size:16px;line-height:1.5\">{}{paragraphs}</body></html>",
        language.tag(),
        escape(subject),
        code.unwrap_or_default(),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_language_makes_a_letter_without_a_link() {
        let from: Mailbox = "Wallet <codes@wallet.example>".parse().unwrap();
        let to = EmailAddress::parse("maria@example.org").unwrap();
        for language in Language::all() {
            for letter in [Letter::Code("01234567"), Letter::Exported] {
                let html = html(language, letter);
                assert_eq!(html.contains(">01234567<"), matches!(letter, Letter::Code(_)), "{}", language.tag());
                assert!(!html.contains("href") && !html.contains("://") && !html.contains("src="), "{html}");
                let letter = String::from_utf8(write(&from, &to, language, letter).unwrap().formatted()).unwrap();
                let (headers, _) = letter.split_once("\r\n\r\n").unwrap();
                assert!(headers.is_ascii() && headers.contains("To: maria@example.org\r\n"), "{headers}");
                assert!(!headers.contains("01234567"), "a lock screen shows the subject");
            }
        }
    }

    #[test]
    fn a_text_is_no_markup() {
        assert_eq!(escape("<b> & \"x\""), "&lt;b&gt; &amp; &quot;x&quot;");
    }
}
