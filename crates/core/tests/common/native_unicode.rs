//! Unicode without a browser: NFKC from `unicode-normalization`, general categories from `unicode-general-category`.
//! For every native test that normalises answers; needs those two crates as dev-dependencies.

use repin_core::answers::Unicode;
use unicode_general_category::GeneralCategory as Category;
use unicode_general_category::get_general_category;
use unicode_normalization::UnicodeNormalization;

pub struct NativeUnicode;

impl Unicode for NativeUnicode {
    fn nfkc(&self, text: &str) -> String {
        text.nfkc().collect()
    }

    fn is_ignored(&self, character: char) -> bool {
        use Category::{
            ClosePunctuation, ConnectorPunctuation, Control, CurrencySymbol, DashPunctuation, FinalPunctuation, Format,
            InitialPunctuation, LineSeparator, MathSymbol, ModifierSymbol, OpenPunctuation, OtherPunctuation,
            OtherSymbol, ParagraphSeparator, SpaceSeparator,
        };
        matches!(
            get_general_category(character),
            ConnectorPunctuation
                | DashPunctuation
                | OpenPunctuation
                | ClosePunctuation
                | InitialPunctuation
                | FinalPunctuation
                | OtherPunctuation
                | MathSymbol
                | CurrencySymbol
                | ModifierSymbol
                | OtherSymbol
                | SpaceSeparator
                | LineSeparator
                | ParagraphSeparator
                | Control
                | Format
        )
    }
}
