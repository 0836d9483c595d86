//! A wallet is made: its addresses, to look at and to copy.

use repin_core::api::Address;

use crate::element::{Parts, list};
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::address::shown;
use crate::widgets::icon::Icon;
use crate::widgets::{button, title};

#[inline(never)]
pub(crate) fn screen(face: Face, addresses: &[Address]) -> Parts {
    let items = addresses.iter().map(|address| shown(face, address)).collect();
    vec![
        title::hero(face, Icon::Check, "ok", Key::WALLET_TITLE, Key::WALLET_TEXT),
        list("ul", "summary").children(items),
        button::primary(face, Key::COMMON_DONE, move || face.leave()),
    ]
}
