//! The file of an export, by RFC 4180: lines end in CRLF, as the RFC says, which every spreadsheet and every editor reads.
//!
//! Each cell is written as it is, so that what is copied out of the file is the key. That is safe without quotes and without
//! the apostrophe that spreadsheets are told to ignore: a cell begins with a letter or a digit, and a spreadsheet runs only
//! what begins with `=`, `+`, `-`, `@`, a tab or a carriage return (OWASP, CSV injection). None is all digits, which one
//! would round to fifteen of them.

use repin_core::api::Chain;
use repin_core::secret::SecretBytes;
use repin_core::wallet::ExportedKey;

const HEADER: &str = "blockchain,address,private_key,path\r\n";

/// A header and a line for each key.
pub fn write(keys: &[ExportedKey]) -> SecretBytes {
    let lines = keys.iter().map(|key| cells(key).iter().map(|cell| cell.len() + 1).sum::<usize>() + 1).sum::<usize>();
    // Of the size it will have, so that no part of it stays where it grew out of.
    let mut file = Vec::with_capacity(HEADER.len() + lines);
    file.extend_from_slice(HEADER.as_bytes());
    for key in keys {
        for (at, cell) in cells(key).iter().enumerate() {
            if at > 0 {
                file.push(b',');
            }
            file.extend_from_slice(cell);
        }
        file.extend_from_slice(b"\r\n");
    }
    SecretBytes::new(file)
}

fn cells(key: &ExportedKey) -> [&[u8]; 4] {
    let chain: &[u8] = match key.address.chain {
        Chain::Ethereum => b"ethereum",
        Chain::Solana => b"solana",
    };
    // Needed in clear: the file is for the person to keep.
    [chain, key.address.address.as_bytes(), key.private_key.expose_secret(), key.address.path.as_bytes()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use repin_core::secret::Secret;

    fn text(bytes: &SecretBytes) -> String {
        String::from_utf8(bytes.expose_secret().to_vec()).unwrap()
    }

    #[test]
    fn a_line_is_a_key_and_every_cell_is_what_it_says() {
        let keys = crate::derive(&Secret::make_with(|entropy| entropy.fill(0x2a))).unwrap();
        let file = text(&keys.csv);
        let lines: Vec<&str> = file.split("\r\n").collect();
        assert_eq!(lines.len(), 4, "a header, two keys, and nothing after the last line");
        assert_eq!((lines[0], lines[3]), ("blockchain,address,private_key,path", ""));
        for (line, (key, chain)) in lines[1..3].iter().zip(keys.keys.iter().zip(["ethereum", "solana"])) {
            let cells = [chain, &key.address.address, &text(&key.private_key), &key.address.path];
            assert_eq!(line.split(',').collect::<Vec<_>>(), cells);
        }
    }

    #[test]
    fn no_cell_is_a_formula_a_number_or_needs_quotes() {
        for byte in 0..=255 {
            let keys = crate::derive(&Secret::make_with(|entropy| entropy.fill(byte))).unwrap();
            for cell in text(&keys.csv).split([',', '\n']).map(|cell| cell.trim_end_matches('\r')) {
                let begins_well = cell.chars().next().is_none_or(|first| first.is_ascii_alphanumeric());
                assert!(begins_well && cell.parse::<f64>().is_err(), "{byte}: {cell}");
                assert!(cell.chars().all(|c| c.is_ascii_graphic() && c != '"'), "{byte}: {cell}");
            }
        }
    }
}
