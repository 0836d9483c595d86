//! Digits of any script as ASCII. A PIN is digits; which keyboard typed them must not matter.

/// The zeros of Unicode 16's decimal digits (general category Nd); nine more follow each.
const ZEROS: [u32; 76] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
    0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136,
    0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0,
    0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8,
    0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// The ASCII digits in `text`, from whatever script they come; everything else is dropped.
pub(crate) fn ascii_digits(text: &str) -> impl Iterator<Item = u8> {
    text.chars().filter_map(|c| digit(c).map(|value| b'0' + value))
}

/// The value of a decimal digit of any script.
pub(crate) fn digit(c: char) -> Option<u8> {
    let code = u32::from(c);
    ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|value| *value < 10)).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_become_ascii_and_separators_are_dropped() {
        for (typed, expected) in
            [("493-817", "493817"), ("٤٩٣۸۱７", "493817"), ("৪९3 8๑𝟕", "493817"), ("four 9", "9"), ("", "")]
        {
            assert_eq!(ascii_digits(typed).collect::<Vec<_>>(), expected.as_bytes(), "{typed}");
        }
    }

    #[test]
    fn numbers_that_are_not_decimal_digits_are_not_read_as_some() {
        assert_eq!(ascii_digits("½²Ⅷ一").count(), 0);
    }
}
