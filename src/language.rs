//! Which language a component speaks and where its texts come from: `npm/src/language.ts` in Rust, over the same files.

use js_sys::Reflect;
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::i18n::{FILES, FINGERPRINT};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl)]
    type Locale;
    /// Throws at what is no tag. Reads old codes as what they are now: `iw` as `he`, `in` as `id`, `tl` as `fil`.
    #[wasm_bindgen(constructor, catch, js_namespace = Intl)]
    fn new(tag: &str) -> Result<Locale, JsValue>;
    #[wasm_bindgen(method)]
    fn maximize(this: &Locale) -> Locale;
    #[wasm_bindgen(method, getter)]
    fn language(this: &Locale) -> String;
    #[wasm_bindgen(method, getter)]
    fn script(this: &Locale) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn region(this: &Locale) -> Option<String>;
    #[wasm_bindgen(method, js_name = toString)]
    fn tag(this: &Locale) -> String;
}

const ENGLISH: &str = "en";
/// Where Spanish is written as in Spain (CLDR's parent locales); elsewhere it is Latin American.
const SPAIN: [&str; 5] = ["EA", "ES", "GQ", "IC", "PH"];

/// A language with its texts.
pub(crate) struct Spoken {
    /// What `Intl` formats by, a BCP 47 tag.
    pub locale: String,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// The face's list, as [`Texts::new`](crate::i18n::Texts::new) takes it; `undefined` for English.
    pub messages: JsValue,
}

/// The language for a tag, with its texts from `{assets}/locales/`. Empty and `auto` are the language of the page, and
/// where it has none those of the browser. English when no file fits, or the file cannot be had.
pub(crate) async fn speak(tag: &str, assets: &str) -> Spoken {
    for tag in wanted(tag) {
        let Ok(locale) = Locale::new(&tag.replace('_', "-")) else { continue };
        match file_for(&locale) {
            None => continue,
            Some(ENGLISH) => return Spoken { locale: locale.tag(), ..english() },
            Some(file) => {
                let spoken = messages(&format!("{assets}/locales/{file}.json")).await;
                return spoken.map_or_else(english, |messages| Spoken {
                    locale: locale.tag(),
                    direction: direction(file),
                    messages,
                });
            }
        }
    }
    english()
}

fn english() -> Spoken {
    Spoken { locale: ENGLISH.to_owned(), direction: "ltr", messages: JsValue::UNDEFINED }
}

fn wanted(tag: &str) -> Vec<String> {
    let page = window().document().and_then(|document| document.document_element());
    let page = page.and_then(|root| root.get_attribute("lang")).unwrap_or_default();
    match (tag, page.as_str()) {
        ("" | "auto", "") => window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect(),
        ("" | "auto", page) => vec![page.to_owned()],
        (tag, _) => vec![tag.to_owned()],
    }
}

/// The same tag, or one in the same language and script: `zh-TW` is written as `zh-Hant`, and `hi-Latn` is not `hi`.
fn file_for(locale: &Locale) -> Option<&'static str> {
    let likely = locale.maximize();
    let (language, script) = (likely.language(), likely.script().unwrap_or_default());
    let is_same = |file: &&&str| {
        Locale::new(file).is_ok_and(|file| {
            let file = file.maximize();
            file.language() == language && file.script().unwrap_or_default() == script
        })
    };
    let same: Vec<&str> = FILES.iter().filter(is_same).copied().collect();
    let find = |name: &str| same.iter().copied().find(|file| *file == name);
    let region = locale.region();
    let in_region = region.as_deref().and_then(|region| find(&[language.as_str(), "-", region].concat()));
    let overseas = language == "es" && region.is_some_and(|region| !SPAIN.contains(&region.as_str()));
    let latin_american = if overseas { find("es-419") } else { None };
    latin_american
        .or(in_region)
        .or_else(|| {
            same.iter().copied().find(|file| *file == language || **file == [&*language, "-", &*script].concat())
        })
        .or_else(|| same.first().copied())
}

fn direction(file: &str) -> &'static str {
    let script = Locale::new(file).ok().and_then(|file| file.maximize().script());
    if matches!(script.as_deref(), Some("Arab" | "Hebr")) { "rtl" } else { "ltr" }
}

/// The face's part of a file; nothing when it cannot be had, or is another version's.
async fn messages(url: &str) -> Option<JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(url)).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let file = JsFuture::from(response.json().ok()?).await.ok()?;
    let face = Reflect::get(&file, &"face".into()).ok()?;
    let version = Reflect::get_u32(&face, 0).ok()?.as_f64();
    (version == Some(FINGERPRINT.into())).then_some(face)
}
