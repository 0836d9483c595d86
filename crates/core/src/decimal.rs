//! Numbers as decimal digits. `format!` can do more, and its machinery is 3 KB of the widget's WASM.

use alloc::string::String;

/// The number in ASCII digits: at least so many of them, with zeros in front.
pub fn decimal(number: u32, digits: u8) -> String {
    let mut text = String::new();
    append(number, digits, &mut text);
    text
}

fn append(number: u32, digits: u8, text: &mut String) {
    if number > 9 || digits > 1 {
        append(number / 10, digits.saturating_sub(1), text);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn digits_are_those_of_format() {
        for number in [0, 1, 9, 10, 99, 100, 1988, 155_105, u32::MAX] {
            for digits in [0, 1, 2, 4, 12] {
                assert_eq!(decimal(number, digits), format!("{number:0width$}", width = digits.into()));
            }
        }
    }
}
