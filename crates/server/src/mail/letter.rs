//! The letter: a subject, and the same few sentences as plain text and as HTML. No link, no picture, nothing that loads.

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use uuid::Uuid;

use super::{EmailAddress, Language, MailError};

/// Writes it.
///
/// # Errors
/// [`MailError::Letter`], never for an [`EmailAddress`].
pub fn write(from: &Mailbox, to: &EmailAddress, language: Language, code: &str) -> Result<Message, MailError> {
    let (local, domain) = to.parts();
    let to = lettre::Address::new(local, domain).map_err(|_| MailError::Letter)?;
    let texts = language.texts();
    let header = |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
    let sentences = [texts.valid.as_str(), &texts.secret, &texts.ignore];
    let plain = format!("{}\n\n{code}\n\n{}\n", texts.code, sentences.join("\n\n"));
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(texts.subject.as_str())
        .date_now()
        .message_id(Some(format!("<{}@{}>", Uuid::new_v4(), from.email.domain())))
        // RFC 3834: no "I am on holiday" comes back.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Content-Language", language.tag()))
        .multipart(
            MultiPart::alternative()
                .singlepart(part(ContentType::TEXT_PLAIN, plain))
                .singlepart(part(ContentType::TEXT_HTML, html(language, code))),
        )
        .map_err(|_| MailError::Letter)
}

fn part(kind: ContentType, body: String) -> SinglePart {
    // Base64 for every language: a line of quoted-printable tells nobody more, and some servers rewrap it.
    SinglePart::builder().header(kind).header(ContentTransferEncoding::Base64).body(body)
}

fn html(language: Language, code: &str) -> String {
    let texts = language.texts();
    let direction = if language.is_right_to_left() { "rtl" } else { "ltr" };
    let paragraphs: String =
        [&texts.valid, &texts.secret, &texts.ignore].iter().map(|text| format!("<p>{}</p>", escape(text))).collect();
    format!(
        "<!doctype html><html lang=\"{}\" dir=\"{direction}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
         <body style=\"font-family:sans-serif;font-size:16px;line-height:1.5\"><p>{}</p>\
         <p dir=\"ltr\" style=\"font-size:28px;font-weight:bold;letter-spacing:4px\">{code}</p>{paragraphs}</body></html>",
        language.tag(),
        escape(&texts.subject),
        escape(&texts.code),
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
            let html = html(language, "01234567");
            assert!(html.contains(">01234567<"), "{}", language.tag());
            assert!(!html.contains("href") && !html.contains("://") && !html.contains("src="), "{html}");
            let letter = String::from_utf8(write(&from, &to, language, "01234567").unwrap().formatted()).unwrap();
            let (headers, _) = letter.split_once("\r\n\r\n").unwrap();
            assert!(headers.is_ascii() && headers.contains("To: maria@example.org\r\n"), "{headers}");
            assert!(!headers.contains("01234567"), "a lock screen shows the subject");
        }
    }

    #[test]
    fn a_text_is_no_markup() {
        assert_eq!(escape("<b> & \"x\""), "&lt;b&gt; &amp; &quot;x&quot;");
    }
}
