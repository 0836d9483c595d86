//! The few calls into `Intl` that the widget makes. Our own bindings, for those of js-sys return functions and
//! options as objects of a hundred setters, which all end up in the glue.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl)]
    pub type NumberFormat;
    #[wasm_bindgen(constructor, catch, js_namespace = Intl)]
    pub fn new(locale: &str, options: &Object) -> Result<NumberFormat, JsValue>;
    #[wasm_bindgen(method)]
    pub fn format(this: &NumberFormat, number: f64) -> String;

    #[wasm_bindgen(js_namespace = Intl)]
    pub type PluralRules;
    #[wasm_bindgen(constructor, catch, js_namespace = Intl)]
    pub fn new(locale: &str) -> Result<PluralRules, JsValue>;
    #[wasm_bindgen(method)]
    pub fn select(this: &PluralRules, number: f64) -> String;

    #[wasm_bindgen(js_namespace = Intl)]
    pub type DateTimeFormat;
    #[wasm_bindgen(constructor, catch, js_namespace = Intl)]
    pub fn new(locale: &str, options: &Object) -> Result<DateTimeFormat, JsValue>;
    #[wasm_bindgen(method)]
    pub fn format(this: &DateTimeFormat, unix_ms: f64) -> String;
    #[wasm_bindgen(method, js_name = formatToParts)]
    pub fn format_to_parts(this: &DateTimeFormat, unix_ms: f64) -> Array;
}

pub fn options(members: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in members {
        // Setting a member of a plain object cannot fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

pub fn text(object: &JsValue, name: &str) -> Option<String> {
    Reflect::get(object, &name.into()).ok()?.as_string()
}
