//! A wallet's private keys. They come from the vault when the person asks to see or to save them, go into text that is
//! taken away again or into a file, and are in no view, no signal and no attribute.

use js_sys::{Array, Uint8Array};
use repin_core::api::Address;
use repin_vault::flow::{Event, Handed};
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};
use zeroize::Zeroizing;

use crate::element::{El, Parts, after, dynamic, el, list, nothing, on_window};
use crate::face::Face;
use crate::i18n::Key;
use crate::small::{Small, watch};
use crate::widgets::address::chain;
use crate::widgets::icon::Icon;
use crate::widgets::{button, notice, title};

/// Keys that are shown go from the screen by themselves after so long.
const SHOWN_MS: u64 = 60_000;
const FILE: &str = "wallet-keys.csv";

#[inline(never)]
pub(crate) fn screen(face: Face, addresses: &[Address]) -> Parts {
    let (shown, saved) = (Small::new(false), Small::new(false));
    let (places, items): (Vec<_>, Parts) = addresses.iter().map(item).unzip();
    let covered = places.clone();
    watch(move || {
        let hidden = face.text(Key::KEYS_HIDDEN);
        if !shown.get() {
            covered.iter().for_each(|place| place.set_text_content(Some(&hidden)));
        }
    });
    watch(move || {
        if shown.get() {
            after(SHOWN_MS, move || {
                shown.set(false);
                face.say(&face.text(Key::KEYS_HIDDEN));
            });
        }
    });
    // Another tab or app in front, a picture in the list of apps.
    on_window("visibilitychange", move || shown.set(false));
    on_window("pagehide", move || shown.set(false));

    face.takes_keys(move |what, bytes| match what {
        Handed::KEYS => {
            put(&places, bytes);
            shown.set(true);
        }
        _ => {
            if save(bytes).is_ok() {
                saved.set(true);
                face.say(&face.fill(Key::KEYS_SAVED, "file", FILE));
            }
        }
    });
    let toggle = button::button("link", move || match shown.now() {
        true => shown.set(false),
        false => face.send(Event::ShowKeys),
    });
    vec![
        title::title(face, Key::KEYS_TITLE, Key::KEYS_LEAD),
        list("ul", "summary").children(items),
        toggle.text_with(move || face.text(if shown.get() { Key::KEYS_HIDE } else { Key::KEYS_SHOW })),
        dynamic(move || match saved.get() {
            true => notice::boxed("note", Icon::Check, "", &[&face.fill(Key::KEYS_SAVED, "file", FILE)]),
            false => nothing(),
        }),
        notice::caution(face, None, Key::KEYS_FILE),
        button::primary(face, Key::KEYS_SAVE, move || face.send(Event::SaveKeys)),
        button::close(face),
    ]
}

/// A chain, and the place for its key.
fn item(address: &Address) -> (HtmlElement, El) {
    let key = el("code").attr("dir", "ltr").attr("translate", "no");
    (key.element(), el("li").child(el("strong").text(chain(address))).child(key))
}

/// One key a line, in the order of the places.
fn put(places: &[HtmlElement], bytes: &Uint8Array) {
    // Needed in clear: to be read by the person. This copy and the buffer are erased; a page's text cannot be.
    let keys = Zeroizing::new(bytes.to_vec());
    for (place, key) in places.iter().zip(keys.split(|byte| *byte == b'\n')) {
        place.set_text_content(std::str::from_utf8(key).ok());
    }
}

/// Hands the bytes to the browser as a download. The address that the file has for that moment goes with it.
fn save(bytes: &Uint8Array) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/csv");
    let file = Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &kind)?;
    let url = Url::create_object_url_with_blob(&file)?;
    el("a").attr("href", &url).attr("download", FILE).element().click();
    Url::revoke_object_url(&url)
}
