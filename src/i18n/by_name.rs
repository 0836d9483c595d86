//! A language from the named texts of a `locales/<code>.json`, for the gallery and for tests. What is shipped gets them as
//! a list, made by `xtask/locales/texts.mjs`.

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

use super::{FINGERPRINT, NAMES};

/// The list that [`Texts::new`](super::Texts::new) takes; one that is a list already stays as it is. A text that is not
/// there leaves a hole, which English fills. What a host adds, `custom`, stays by name.
pub fn list(messages: &JsValue) -> JsValue {
    if messages.is_undefined() || Array::is_array(messages) {
        return messages.clone();
    }
    let member = |group: JsValue, name: &str| Reflect::get(&group, &name.into()).unwrap_or_default();
    let text = |name: &&str| name.split('.').fold(messages.clone(), member);
    let list = Array::of1(&FINGERPRINT.into());
    for name in NAMES {
        list.push(&text(name));
    }
    let custom = "custom".into();
    // Setting a member of an array cannot fail.
    let _ = Reflect::set(&list, &custom, &member(messages.clone(), "custom"));
    list.into()
}
