//! Turns `locales/en.json` into typed keys with English compiled in: a text that is used and not there, or there and
//! not used, fails the build. Other languages are fetched at run time as lists in the order made here: the names would be
//! a quarter of such a file. `xtask/locales/texts.mjs` makes the lists.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use serde_json::Value;

const LOCALES: &str = "locales";
const REFERENCE: &str = "locales/en.json";
/// Beside the languages in their folder.
const REVIEW: &str = "review";
/// Read by the loader (`npm/src/shell.ts`) and the frame (`npm/src/frame/`) around the WASM, and therefore not needed
/// inside it.
const SCRIPTS_ONLY: [&str; 2] = ["shell", "frame"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={LOCALES}");
    let root: Value = serde_json::from_str(&fs::read_to_string(REFERENCE)?)?;
    let mut catalogue = Catalogue::default();
    for (group, value) in root.as_object().ok_or("en.json is an object")? {
        match group.as_str() {
            group if SCRIPTS_ONLY.contains(&group) => {}
            "errors" => catalogue.errors(value)?,
            _ => catalogue.group(group, value)?,
        }
    }
    catalogue.texts.sort();
    catalogue.plurals.sort();
    let texts = format!("{}{}", catalogue.render()?, languages()?);
    fs::write(Path::new(&env::var("OUT_DIR")?).join("texts.rs"), texts)?;
    Ok(())
}

/// The languages that there is a file of, in the order of their tags.
fn languages() -> Result<String, std::io::Error> {
    let mut tags = Vec::new();
    for entry in fs::read_dir(LOCALES)? {
        let name = entry?.file_name();
        let tag = name.to_str().and_then(|name| name.strip_suffix(".json"));
        tags.extend(tag.filter(|tag| *tag != REVIEW).map(str::to_owned));
    }
    tags.sort();
    Ok(format!("/// Every language, as its file is called.\npub(crate) const FILES: &[&str] = &{tags:?};\n"))
}

#[derive(Default)]
struct Catalogue {
    texts: Vec<(String, String)>,
    plurals: Vec<(String, String, String)>,
    /// Circle's number, and the group that holds its title and text.
    errors: Vec<(String, String)>,
}

impl Catalogue {
    fn group(&mut self, path: &str, value: &Value) -> Result<(), String> {
        let text = |key| value.get(key).and_then(Value::as_str).map(str::to_owned);
        match (value, text("one"), text("other")) {
            (Value::String(text), ..) => self.texts.push((path.to_owned(), text.clone())),
            (_, Some(one), Some(other)) => self.plurals.push((path.to_owned(), one, other)),
            (Value::Object(members), ..) => {
                for (name, member) in members {
                    self.group(&format!("{path}.{name}"), member)?;
                }
            }
            _ => return Err(format!("{path}: a text, a plural with `one` and `other`, or a group")),
        }
        Ok(())
    }

    /// `"155103": "155105"` shows the texts of 155105.
    fn errors(&mut self, value: &Value) -> Result<(), String> {
        for (number, entry) in value.as_object().ok_or("errors is an object")? {
            match entry {
                Value::String(same_as) => self.errors.push((number.clone(), same_as.clone())),
                texts => {
                    self.group(&format!("errors.{number}"), texts)?;
                    self.errors.push((number.clone(), number.clone()));
                }
            }
        }
        Ok(())
    }

    fn names(&self) -> Vec<&str> {
        let texts = self.texts.iter().map(|(name, _)| name.as_str());
        texts.chain(self.plurals.iter().map(|(name, ..)| name.as_str())).collect()
    }

    fn render(&self) -> Result<String, std::fmt::Error> {
        let mut out = String::new();
        constants(&mut out, "Key", self.texts.iter().map(|(path, _)| path))?;
        let names = self.names();
        writeln!(out, "/// Every text's name, in the order of a language's list: texts, then plurals.")?;
        writeln!(out, "pub static NAMES: &[&str] = &{names:?};")?;
        writeln!(out, "/// Stands first in a list: one that was made for other texts is not used.")?;
        writeln!(out, "pub const FINGERPRINT: u32 = {};", fingerprint(&names.join("\n")))?;
        constants(&mut out, "Plural", self.plurals.iter().map(|(path, ..)| path))?;
        self.english(&mut out)?;
        writeln!(
            out,
            "/// Title and text for Circle's number.\npub(crate) fn error_texts(code: i32) -> (Key, Key) {{\n    match code {{"
        )?;
        for (number, group) in self.errors.iter().filter(|(number, _)| number != "-1") {
            let group = constant(&format!("errors.{group}"));
            writeln!(out, "        {number} => (Key::{group}_TITLE, Key::{group}_TEXT),")?;
        }
        let unknown = constant("errors.-1");
        writeln!(out, "        _ => (Key::{unknown}_TITLE, Key::{unknown}_TEXT),\n    }}\n}}")?;
        Ok(out)
    }

    /// All English as one text with the length of each: a reference for each would be eight bytes, of which a download is left
    /// with more than with a length.
    fn english(&self, out: &mut String) -> std::fmt::Result {
        let texts = self.texts.iter().map(|(_, english)| english.as_str());
        let plurals = self.plurals.iter().flat_map(|(_, one, other)| [one.as_str(), other]);
        let english: Vec<&str> = texts.chain(plurals).collect();
        let lengths: Vec<usize> = english.iter().map(|text| text.len()).collect();
        writeln!(out, "/// How many texts come before the plurals.\nconst TEXTS: u32 = {};", self.texts.len())?;
        writeln!(out, "/// English, one after the other: texts, then `one` and `other` of each plural.")?;
        writeln!(out, "static ENGLISH: &str = {:?};", english.concat())?;
        writeln!(out, "/// In bytes, of each.\nstatic LENGTHS: [u16; {}] = {lengths:?};", lengths.len())
    }
}

/// A number for each path. Constants and not an enum, so that one that is never used is reported by its own name.
fn constants<'a>(out: &mut String, name: &str, paths: impl Iterator<Item = &'a String>) -> std::fmt::Result {
    writeln!(out, "/// A text, by its place in `locales/en.json`.\n#[derive(Clone, Copy, PartialEq, Eq)]")?;
    writeln!(out, "pub(crate) struct {name}(u32);\nimpl {name} {{")?;
    for (number, path) in paths.enumerate() {
        writeln!(out, "    pub(crate) const {}: Self = Self({number});", constant(path))?;
    }
    writeln!(out, "}}")
}

/// FNV-1a, 32 bits: short, and the same few lines in JavaScript. It guards against a stale file, not against anyone.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// `questions.wrong_which` becomes `QUESTIONS_WRONG_WHICH`.
fn constant(path: &str) -> String {
    path.replace(['.', '-'], "_").to_ascii_uppercase()
}
