//! An address as people compare it: in groups of four, and copied in one piece.

use repin_core::api::{Address, Chain};

use super::copy::copy;
use crate::element::{El, el};
use crate::face::Face;
use crate::i18n::Key;

/// A chain's name, which no language translates.
pub(crate) fn chain(address: &Address) -> &'static str {
    match address.chain {
        Chain::Ethereum => "Ethereum",
        Chain::Solana => "Solana",
    }
}

pub(crate) fn shown(face: Face, address: &Address) -> El {
    let letters = address.address.chars().collect::<Vec<_>>();
    let group = |group: &[char]| el("span").text(&group.iter().collect::<String>());
    let code = el("code").attr("dir", "ltr").attr("translate", "no").children(letters.chunks(4).map(group).collect());
    let copy = copy(face, Key::WALLET_COPY, address.address.clone());
    el("li").children(vec![el("strong").text(chain(address)), code, copy])
}
